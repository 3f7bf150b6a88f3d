package dev.tertulia.server.http;

import java.util.Collection;
import java.util.Map;

/// CORS headers for pages of other origins that may use the API. Requests from origins that are not
/// on the list have been refused before.
public final class CrossOrigin {
  private static final String SECONDS = "600";

  private CrossOrigin() {}

  /// Whether `request` is a CORS preflight.
  public static boolean isPreflight(Request request) {
    return request.method().equals("OPTIONS")
        && !request.header("Origin").isEmpty()
        && !request.header("Access-Control-Request-Method").isEmpty();
  }

  /// The answer to a preflight.
  public static Response preflight(Collection<String> methods) {
    return Response.empty(
        204,
        Map.of(
            "Access-Control-Allow-Methods",
            String.join(", ", methods),
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
            "Access-Control-Max-Age",
            SECONDS));
  }

  /// Allows the page that sent `request` to read `response`.
  public static Response allow(Request request, Response response) {
    String origin = request.header("Origin");
    return origin.isEmpty() ? response : response.readableBy(origin);
  }

  /// The headers of a stream that allow the page that sent `request` to read it.
  public static Map<String, String> streamHeaders(Request request) {
    String origin = request.header("Origin");
    return origin.isEmpty()
        ? Map.of()
        : Map.of("Access-Control-Allow-Origin", origin, "Vary", "Origin");
  }
}
