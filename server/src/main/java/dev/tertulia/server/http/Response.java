package dev.tertulia.server.http;

import dev.tertulia.server.protocol.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// One HTTP answer, whole.
///
/// @param headers all but those that belong to the connection (`Content-Length`, `Connection`,
///   `Date`)
public record Response(int status, Map<String, String> headers, byte[] body) {
  private static final byte[] NOTHING = {};

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

  /// An answer without a body.
  static Response empty(int status, Map<String, String> headers) {
    return new Response(status, headers, NOTHING);
  }

  /// A refusal as a problem document (RFC 9457), with the status that belongs to its code.
  public static Response problem(Refusal refusal) {
    return problem(refusal.code().httpStatus(), refusal);
  }

  /// A refusal as a problem document (RFC 9457).
  public static Response problem(int status, Refusal refusal) {
    return new Response(
        status,
        Map.of("Content-Type", "application/problem+json", "Cache-Control", "no-store"),
        Problem.document(status, refusal));
  }

  /// The same with one more header.
  public Response with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Response(status, more, body);
  }
}
