package dev.tertulia.server.http;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.model.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// An HTTP response, complete unless it has lines.
///
/// @param headers all headers except those of the connection (`Content-Length`, `Connection`,
///   `Date`)
/// @param lines the body, if it is still to be produced; `null` if it is `body`
public record Response(
    int status, Map<String, String> headers, byte[] body, @Nullable LineSource lines) {
  private static final byte[] NOTHING = {};

  /// The `Retry-After` of refusals for overload or because nothing can be stored at the moment.
  private static final String RETRY_SECONDS = "1";

  public Response {
    headers = Map.copyOf(headers);
  }

  /// A complete response.
  public Response(int status, Map<String, String> headers, byte[] body) {
    this(status, headers, body, null);
  }

  /// A response whose body is lines of JSON that are sent while they are produced.
  public static Response lines(LineSource lines) {
    return new Response(
        200,
        Map.of("Content-Type", "application/x-ndjson", "Cache-Control", "no-store"),
        NOTHING,
        lines);
  }

  /// A response with a JSON body.
  public static Response json(int status, String json) {
    return new Response(
        status,
        Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
        json.getBytes(StandardCharsets.UTF_8));
  }

  /// A response with a JSON body.
  ///
  /// @param json UTF-8
  public static Response json(int status, byte[] json) {
    return new Response(
        status, Map.of("Content-Type", "application/json", "Cache-Control", "no-store"), json);
  }

  /// A response without a body.
  public static Response empty(int status, Map<String, String> headers) {
    return new Response(status, headers, NOTHING);
  }

  /// A refusal as a problem document (RFC 9457), with the status of its code.
  public static Response problem(Refusal refusal) {
    Response problem = problem(refusal.code().httpStatus(), refusal);
    return refusal.retry() ? problem.with("Retry-After", RETRY_SECONDS) : problem;
  }

  /// A refusal of a request whose client is not who it says, as a problem document (RFC 9457).
  public static Response problem(Authentication.Refused refused) {
    Response problem = problem(refused.refusal());
    for (Map.Entry<String, String> header : refused.headers().entrySet()) {
      problem = problem.with(header.getKey(), header.getValue());
    }
    return problem;
  }

  /// A refusal as a problem document (RFC 9457) with additional members.
  public static Response problem(Refusal refusal, Consumer<JsonGenerator> more) {
    Response plain = problem(refusal);
    return new Response(plain.status, plain.headers, Problem.document(plain.status, refusal, more));
  }

  /// A refusal as a problem document (RFC 9457).
  public static Response problem(int status, Refusal refusal) {
    return new Response(
        status,
        Map.of("Content-Type", "application/problem+json", "Cache-Control", "no-store"),
        Problem.document(status, refusal));
  }

  /// This response with the CORS headers that allow a page of `origin` to read it.
  public Response readableBy(String origin) {
    String vary = headers.getOrDefault("Vary", "");
    return with("Access-Control-Allow-Origin", origin)
        .with("Access-Control-Expose-Headers", "Allow, Retry-After, WWW-Authenticate")
        .with("Vary", vary.isEmpty() ? "Origin" : vary + ", Origin");
  }

  /// This refusal with a page that says more, which is not to be stored.
  Response shownAs(Response page) {
    Map<String, String> both = new HashMap<>(page.headers);
    both.remove("ETag");
    both.putAll(headers);
    both.put("Content-Type", page.headers.getOrDefault("Content-Type", "text/html"));
    return new Response(status, both, page.body);
  }

  /// This response with `Retry-After`, in whole seconds, rounded up.
  public Response retriedAfter(Duration wait) {
    return with("Retry-After", Long.toString(Math.max(1, wait.plusNanos(999_999_999).toSeconds())));
  }

  /// This response with one more header.
  public Response with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Response(status, more, body, lines);
  }
}
