package dev.tertulia.server.http;

import dev.tertulia.server.metrics.Buckets;
import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;

/// The counts of HTTP requests, by route and status. Safe for any thread.
///
/// A request whose path or method is not in the table of routes is counted as of the method and the
/// route [Label#OTHER], whatever it is: the number of series does not grow with what peers invent.
public final class HttpMeters {
  private static final Label METHOD = new Label("method", 12, "the method, or `other`");
  private static final Label ROUTE =
      new Label(
          "route",
          200,
          "the template of the path in the table of routes; `other` for what is refused before a"
              + " route is found, and for the addresses of protocols");
  private static final Label STATUS = new Label("status", 40, "the status of the response");

  private static final Metric REQUESTS =
      Metric.counter(
          "tertulia_http_requests_total",
          "HTTP requests that were answered, handshakes that became connections excepted",
          METHOD,
          ROUTE,
          STATUS);
  private static final Metric SECONDS =
      Metric.histogram(
          "tertulia_http_request_seconds",
          Buckets.TIMES,
          "The time to produce the answer to an HTTP request of a route, without the time to"
              + " receive and send it",
          ROUTE);

  /// The statuses of refusals that concern no route; all of them exist from the start.
  private static final int[] WITHOUT_ROUTE = {400, 401, 403, 404, 405, 408, 413, 429, 500, 503};

  private final Meters meters;

  public HttpMeters(Meters meters) {
    this.meters = meters;
    meters.declare(SECONDS);
    for (int status : WITHOUT_ROUTE) {
      meters.counter(REQUESTS, Label.OTHER, Label.OTHER, String.valueOf(status));
    }
  }

  /// Counts a response of a route.
  ///
  /// @param method one of the route
  /// @param nanos the time that it took
  void answered(String method, Route route, int status, long nanos) {
    meters.counter(REQUESTS, method, route.template(), String.valueOf(status)).increment();
    meters.histogram(SECONDS, route.template()).record(nanos);
  }

  /// Counts a response to a request that has no route, or whose route was not asked.
  public void answeredWithoutRoute(int status) {
    meters.counter(REQUESTS, Label.OTHER, Label.OTHER, String.valueOf(status)).increment();
  }
}
