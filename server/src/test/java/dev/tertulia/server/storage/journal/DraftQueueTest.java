package dev.tertulia.server.storage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Draft;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DraftQueueTest {
  private static Draft draft(int number) {
    return new Draft.Seen(new ClientId("c" + number), Draft.Receipt.NONE);
  }

  /// Whatever is added, taken and removed: what a list would give.
  @Test
  void itIsAQueueWithABound() throws InterruptedException {
    Seeded seed = Seeded.print();
    DraftQueue queue = new DraftQueue(5);
    List<Draft> model = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      int kind = seed.random().nextInt(5);
      if (kind < 2) {
        Draft draft = draft(i);
        assertThat(queue.offer(draft)).as(seed.toString()).isEqualTo(model.size() < 5);
        if (model.size() < 5) {
          model.add(draft);
        }
      } else if (kind < 4) {
        Draft expected = model.isEmpty() ? null : model.removeFirst();
        assertThat(kind == 2 ? queue.poll() : queue.poll(0)).as(seed.toString()).isSameAs(expected);
      } else if (!model.isEmpty()) {
        Draft removed = model.remove(seed.random().nextInt(model.size()));
        assertThat(queue.remove(removed)).as(seed.toString()).isTrue();
        assertThat(queue.remove(removed)).as(seed.toString()).isFalse();
      }
      assertThat(queue.size()).as(seed.toString()).isEqualTo(model.size());
    }
  }

  @Test
  void theTimeOfAcceptanceIsThatOfTheDraft() throws InterruptedException {
    DraftQueue queue = new DraftQueue(3);
    long before = System.nanoTime();
    queue.offer(draft(1));
    long between = System.nanoTime();
    queue.offer(draft(2));
    queue.poll();
    assertThat(queue.accepted()).isBetween(before, between);
    queue.poll(1);
    assertThat(queue.accepted()).isBetween(between, System.nanoTime());
  }

  @Test
  void whoeverWaitsIsWoken() throws InterruptedException {
    DraftQueue queue = new DraftQueue(1);
    Draft draft = draft(1);
    Thread.ofPlatform().start(() -> queue.offer(draft));
    assertThat(queue.poll(Long.MAX_VALUE)).isSameAs(draft);
  }
}
