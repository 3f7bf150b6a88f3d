package dev.tertulia.server.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tertulia.server.metrics.Buckets;
import dev.tertulia.server.metrics.Histogram;
import dev.tertulia.server.metrics.LocalCounter;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.TopicName;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is counted of each message allocates nothing.
final class CountingCostTest {
  private static final int TIMES = 50_000;

  /// Less than a byte each: what is allocated once, such as by the compiler's warm-up.
  private static final long SOME_BYTES = TIMES / 2;

  private static long allocated(Runnable task) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < TIMES; i++) {
      task.run();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < TIMES; i++) {
      task.run();
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void countersAndHistogramsDoNotAllocate() {
    LocalCounter counter = LocalCounter.ofNoMeters();
    Histogram histogram = Histogram.ofNoMeters(Buckets.TIMES);
    assertThat(
            allocated(() -> {
              counter.increment();
              histogram.record(counter.sum() * 1_000);
            }))
        .isLessThan(SOME_BYTES);
    assertThat(counter.sum()).isEqualTo(2 * TIMES);
  }

  @Test
  void aDraftPassesTheQueueAndIsCountedWithoutAnAllocation() {
    DraftQueue queue = new DraftQueue(4);
    JournalMeters meters = JournalMeters.ofNoMeters();
    Draft draft =
        new Draft.Append(
            TopicName.room(new RoomName("hall")),
            new Entry.Chat(new ClientId("ana"), "ana", "hello"));
    List<Draft> batch = List.of(draft);
    assertThat(
            allocated(() -> {
              queue.offer(draft);
              queue.poll();
              meters.accepted(0, queue.accepted());
              long now = System.nanoTime();
              meters.committed(now - queue.accepted());
              meters.written(batch, now, now);
            }))
        .isLessThan(SOME_BYTES);
  }
}
