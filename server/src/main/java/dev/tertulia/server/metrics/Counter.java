package dev.tertulia.server.metrics;

import java.util.concurrent.atomic.LongAdder;

/// A count that any thread may increase, at any time.
public final class Counter {
  private final LongAdder sum = new LongAdder();

  Counter() {}

  /// A counter that belongs to no [Meters].
  public static Counter ofNoMeters() {
    return new Counter();
  }

  public void increment() {
    sum.increment();
  }

  /// Adds `more`, which is not negative.
  public void add(long more) {
    sum.add(more);
  }

  /// The sum so far. What is added at the same time may be missing.
  public long sum() {
    return sum.sum();
  }
}
