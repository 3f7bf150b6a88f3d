package dev.tertulia.server.http;

import java.util.Collection;
import java.util.Map;

/// CORS headers for pages of other origins that may use the API. Requests from origins that are not
/// on the list have been refused before.
final class CrossOrigin {
  private static final String SECONDS = "600";

  private CrossOrigin() {}

  /// Whether `request` is a CORS preflight.
  static boolean isPreflight(Request request) {
    return request.method().equals("OPTIONS")
        && !request.header("Origin").isEmpty()
        && !request.header("Access-Control-Request-Method").isEmpty();
  }

  /// The answer to a preflight.
  static Response preflight(Collection<String> methods) {
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

  /// Allows the page that sent `request` to read `answer`.
  static Answer allow(Request request, Answer answer) {
    String origin = request.header("Origin");
    if (origin.isEmpty()) {
      return answer;
    }
    return switch (answer) {
      case Response response -> response.readableBy(origin);
      case EventStream stream ->
          new EventStream(
              stream.client(),
              stream.hello(),
              stream.positions(),
              Map.of("Access-Control-Allow-Origin", origin, "Vary", "Origin"));
    };
  }
}
