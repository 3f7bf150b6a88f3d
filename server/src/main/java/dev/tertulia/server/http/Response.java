package dev.tertulia.server.http;

import dev.tertulia.server.protocol.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/// One HTTP answer, whole.
///
/// @param headers all but those that belong to the connection (`Content-Length`, `Connection`,
///   `Date`)
public record Response(int status, Map<String, String> headers, byte[] body) implements Answer {
  private static final byte[] NOTHING = {};

  /// When it is worth trying again what was refused because it was too much, or because nothing can
  /// be stored for now.
  private static final String RETRY_SECONDS = "1";

  public Response {
    headers = Map.copyOf(headers);
  }

  /// An answer in JSON.
  static Response json(int status, String json) {
    return new Response(
        status,
        Map.of("Content-Type", "application/json", "Cache-Control", "no-store"),
        json.getBytes(StandardCharsets.UTF_8));
  }

  /// An answer in JSON.
  ///
  /// @param json UTF-8
  static Response json(int status, byte[] json) {
    return new Response(
        status, Map.of("Content-Type", "application/json", "Cache-Control", "no-store"), json);
  }

  /// An answer without a body.
  static Response empty(int status, Map<String, String> headers) {
    return new Response(status, headers, NOTHING);
  }

  /// A refusal as a problem document (RFC 9457), with the status that belongs to its code.
  public static Response problem(Refusal refusal) {
    Response problem = problem(refusal.code().httpStatus(), refusal);
    return refusal.code().isWorthRetrying() ? problem.with("Retry-After", RETRY_SECONDS) : problem;
  }

  /// A refusal as a problem document (RFC 9457), with more members.
  static Response problem(Refusal refusal, Consumer<JsonGenerator> more) {
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

  /// The same, for a page of `origin` to read: one that may.
  public Response readableBy(String origin) {
    String vary = headers.getOrDefault("Vary", "");
    return with("Access-Control-Allow-Origin", origin)
        .with("Access-Control-Expose-Headers", "Allow, Retry-After")
        .with("Vary", vary.isEmpty() ? "Origin" : vary + ", Origin");
  }

  /// The same with one more header.
  public Response with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Response(status, more, body);
  }
}
