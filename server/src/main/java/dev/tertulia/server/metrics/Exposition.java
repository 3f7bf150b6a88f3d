package dev.tertulia.server.metrics;

import org.jspecify.annotations.Nullable;

/// [Meters] in the formats of Prometheus. Safe for any thread; one at a time is served.
///
/// Micrometer, and what it needs, is loaded when somebody asks for the first time, so that a start
/// does not wait for it.
public final class Exposition {
  /// The format that every Prometheus reads.
  public static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  /// The format of OpenMetrics.
  public static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final Meters meters;

  /// `null` until somebody asks. Guarded by this.
  private @Nullable PrometheusView view;

  public Exposition(Meters meters) {
    this.meters = meters;
  }

  /// All current values.
  ///
  /// @param format [#TEXT] or [#OPEN_METRICS]
  public synchronized String in(String format) {
    PrometheusView current = view;
    if (current == null) {
      current = new PrometheusView(meters);
      view = current;
    }
    return current.in(format);
  }
}
