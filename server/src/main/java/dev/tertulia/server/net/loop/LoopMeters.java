package dev.tertulia.server.net.loop;

import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.LocalCounter;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.SingleThreadEventLoop;
import java.lang.management.ManagementFactory;
import java.util.concurrent.RejectedExecutionException;

/// What is measured of event loops.
final class LoopMeters {
  private static final Label LOOP = new Label("loop", 65, "the number of the loop, or `acceptor`");
  private static final Metric BUSY =
      Metric.counter(
          "tertulia_loop_busy_seconds_total",
          "The processor time of an event loop; its rate is the share of a processor that the loop"
              + " uses",
          LOOP);
  private static final Metric RESTED =
      Metric.counter(
          "tertulia_loop_rest_seconds_total",
          "The time for which an event loop has rested, so that it sends several messages at once",
          LOOP);
  private static final Metric NETTY =
      Metric.gauge("tertulia_netty_direct_used_bytes", "Direct memory that Netty has allocated");

  private static final double NANOSECOND = 1e-9;

  private LoopMeters() {}

  /// Adds what is measured of a loop.
  ///
  /// @param name its number, or what it is
  /// @param rested the time for which it has rested, in nanoseconds
  static void add(Meters meters, String name, SingleThreadEventLoop loop, LocalCounter rested) {
    meters.counted(BUSY, () -> busyNanos(loop) * NANOSECOND, name);
    meters.counted(RESTED, () -> rested.sum() * NANOSECOND, name);
  }

  private static long busyNanos(SingleThreadEventLoop loop) {
    try {
      long thread = loop.threadProperties().id();
      return Math.max(0, ManagementFactory.getThreadMXBean().getThreadCpuTime(thread));
    } catch (RejectedExecutionException loopHasEnded) {
      return 0;
    }
  }

  /// Adds the memory of all loops together.
  static void addMemory(Meters meters) {
    meters.gauge(
        NETTY,
        () ->
            ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0);
  }
}
