package dev.tertulia.server.http.admin;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Reads every [Gauge]. Immutable; readings may be made by any thread, and never block.
public final class Gauges {
  private final EnumMap<Gauge, LongSupplier> sources;

  /// @throws IllegalArgumentException if a gauge has no source
  public Gauges(Map<Gauge, ? extends LongSupplier> sources) {
    this.sources = new EnumMap<>(sources);
    if (this.sources.size() < Gauge.values().length) {
      throw new IllegalArgumentException("not every gauge has a source");
    }
  }

  /// The current value.
  long read(Gauge gauge) {
    LongSupplier source = sources.get(gauge);
    return source == null ? 0 : source.getAsLong();
  }
}
