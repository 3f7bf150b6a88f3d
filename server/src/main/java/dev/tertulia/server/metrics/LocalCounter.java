package dev.tertulia.server.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A count of one thread, such as an event loop. To increase it costs as much as a plain field;
/// other threads read it a little late.
public final class LocalCounter {
  private static final VarHandle SUM;

  static {
    try {
      SUM = MethodHandles.lookup().findVarHandle(LocalCounter.class, "sum", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Written by its owner, read by any thread.
  private long sum;

  LocalCounter() {}

  /// A counter that belongs to no [Meters].
  public static LocalCounter ofNoMeters() {
    return new LocalCounter();
  }

  /// For its owner only.
  public void increment() {
    add(1);
  }

  /// Adds `more`, which is not negative. For its owner only.
  public void add(long more) {
    SUM.setOpaque(this, sum + more);
  }

  /// The sum so far. Any thread.
  public long sum() {
    return (long) SUM.getOpaque(this);
  }
}
