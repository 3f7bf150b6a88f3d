package dev.tertulia.client.load;

import java.util.List;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// The result of a run.
///
/// @param opened connections that were ready
/// @param connectSeconds from the first one's beginning to the last one's being ready
/// @param sent messages that count: due in the measured time, and sent
/// @param heldBack those among them that waited because the server had not read the ones before
/// @param lateMillis how late a message was sent at worst, if not for that: the generator's own
///   fault
/// @param expected deliveries that there should have been
/// @param delivered deliveries of messages that count, until the end of the drain
/// @param lost what did not come, summed over connections
/// @param surplus what came beyond what was expected
/// @param latency in microseconds, from when a message was due
/// @param server the server's processes; `null` if they are not known
/// @param refusals why connections were not opened
/// @param endings why connections ended that should not have
public record LoadReport(
    LoadPlan plan,
    int opened,
    int refused,
    int closed,
    int slowClosed,
    double connectSeconds,
    Histogram connecting,
    double seconds,
    long sent,
    long heldBack,
    double lateMillis,
    long expected,
    long delivered,
    long lost,
    long surplus,
    double deliveriesPerSecond,
    Histogram latency,
    @Nullable ServerUse server,
    double generatorCores,
    FailureReasons refusals,
    FailureReasons endings) {
  private static final double MICROS_A_MILLI = 1000;

  /// What a run cost the server's processes.
  ///
  /// @param cores processors that were busy with it in the measured time
  /// @param rssBeforeKb resident memory before the first connection, in KiB
  /// @param rssAfterKb when all were ready and had settled
  public record ServerUse(List<Long> pids, double cores, long rssBeforeKb, long rssAfterKb) {}

  /// The latency that `percent` of the deliveries did not exceed, in milliseconds.
  public OptionalDouble millis(double percent) {
    return latency.getTotalCount() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(latency.getValueAtPercentile(percent) / MICROS_A_MILLI);
  }

  /// How long 99 % of the connections took at most to be ready, in milliseconds.
  public double connectP99Millis() {
    return connecting.getValueAtPercentile(99) / MICROS_A_MILLI;
  }

  /// Processor time of the server for each delivery, in microseconds.
  public OptionalDouble cpuMicrosPerDelivery() {
    return server == null || deliveriesPerSecond == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(server.cores * 1e6 / deliveriesPerSecond);
  }

  /// What each connection added to the server's resident memory, in KiB.
  public OptionalDouble rssKbPerConnection() {
    return server == null || opened == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) (server.rssAfterKb - server.rssBeforeKb) / opened);
  }

  /// Whether everything came, and every connection held.
  public boolean isFlawless() {
    return lost == 0 && refused == 0 && closed == 0;
  }
}
