package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the parts of a server may hold fits what there is.
final class MemoryPlanTest {
  private static final long MIB = 1 << 20;

  private static MemoryPlan plan(long heap, long direct, Map<String, String> settings) {
    Config config = Config.from(Settings.fromEnvironment(settings));
    return MemoryPlan.of(config.limits(), new MemoryPlan.Memory(heap * MIB, direct * MIB));
  }

  @Test
  void settingsThatFitAreUnchanged() {
    MemoryPlan plan =
        plan(
            8_192,
            4_096,
            Map.of(
                "TERTULIA_LIMITS_SEND_QUEUES_BYTES", "512MiB",
                "TERTULIA_LIMITS_DELIVERIES_BYTES", "100MiB",
                "TERTULIA_LIMITS_INBOUND_BYTES", "200MiB"));
    assertThat(plan.reductions()).isEmpty();
    assertThat(plan.sendQueues()).isEqualTo(512 * MIB);
    assertThat(plan.deliveries()).isEqualTo(100 * MIB);
    assertThat(plan.inbound().total()).isEqualTo(200 * MIB);
    assertThat(plan.tail()).isEqualTo(64 * MIB);
    assertThat(plan.pages()).isEqualTo(32 * MIB);
    assertThat(plan.journalQueue()).isEqualTo(MemoryPlan.JOURNAL_QUEUE);
  }

  @Test
  void theSummaryNamesEveryPart() {
    MemoryPlan plan =
        plan(
            256,
            128,
            Map.of(
                "TERTULIA_LIMITS_SEND_QUEUES_BYTES", "32MiB",
                "TERTULIA_LIMITS_DELIVERIES_BYTES", "6MiB",
                "TERTULIA_LIMITS_INBOUND_BYTES", "12MiB"));
    assertThat(plan.summary())
        .isEqualTo(
            "heap 256 MiB (newest entries 36, pages 18, journal queue 73), direct memory 128 MiB"
                + " (send queues 32, publications 6, incomplete input 12)");
  }

  @Test
  void tooLittleForEverythingElseIsTold() {
    MemoryPlan plan = plan(256, 256, Map.of());
    assertThat(plan.shortage(1_024 * MIB)).isNull();
    assertThat(plan.shortage(512 * MIB))
        .contains("may use all but 0 of the 512 MiB", "'-Xmx236m -XX:MaxDirectMemorySize=118m'");
  }

  @Test
  void aSmallHeapReducesTheBudgets() {
    MemoryPlan plan = plan(256, 4_096, Map.of("TERTULIA_LIMITS_SEND_QUEUES_BYTES", "64MiB"));
    assertThat(plan.tail() + plan.pages() + plan.journalQueue()).isBetween(127 * MIB, 128 * MIB);
    assertThat(plan.tail()).isBetween(2 * plan.pages() - 2, 2 * plan.pages() + 2);
    assertThat(plan.reductions())
        .singleElement()
        .asString()
        .contains("limits.tail_bytes", "from 224 MiB to 128 MiB", "the heap is 256 MiB", "-Xmx");
  }

  @Test
  void littleDirectMemoryReducesTheBudgets() {
    MemoryPlan plan =
        plan(
            8_192,
            128,
            Map.of(
                "TERTULIA_LIMITS_SEND_QUEUES_BYTES", "512MiB",
                "TERTULIA_LIMITS_DELIVERIES_BYTES", "64MiB",
                "TERTULIA_LIMITS_INBOUND_BYTES", "128MiB",
                "TERTULIA_LIMITS_INBOUND_BYTES_PER_CLIENT", "64MiB"));
    assertThat(plan.sendQueues() + 2 * plan.deliveries() + plan.inbound().total())
        .isBetween(95 * MIB, 96 * MIB);
    assertThat(plan.inbound().perClient()).isEqualTo(plan.inbound().total() / 2);
    assertThat(plan.reductions())
        .singleElement()
        .asString()
        .contains("limits.send_queues_bytes", "to 96 MiB", "MaxDirectMemorySize");
  }
}
