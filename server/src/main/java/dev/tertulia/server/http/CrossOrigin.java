package dev.tertulia.server.http;

import java.util.Collection;
import java.util.Map;

/// What a browser must be told so that a page of another origin may use the API (CORS). Whoever is
/// of an origin that is not on the list has been refused before.
final class CrossOrigin {
  private static final String SECONDS = "600";

  private CrossOrigin() {}

  /// Whether a browser asks only whether it may ask.
  static boolean isPreflight(Request request) {
    return request.method().equals("OPTIONS")
        && !request.header("Origin").isEmpty()
        && !request.header("Access-Control-Request-Method").isEmpty();
  }

  /// The answer to that.
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

  /// Lets the page that asks read `answer`.
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
