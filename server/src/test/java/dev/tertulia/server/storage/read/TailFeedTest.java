package dev.tertulia.server.storage.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TailFeedTest {
  private final Tail tail = new Tail(Tail.DEFAULT_BYTES);

  private static Publication entry(long offset) {
    return Publication.kept(
        TestLog.LOBBY, new Position(5, offset), 42, "id-" + offset, TestLog.chat("hola"));
  }

  private boolean isHeld(long after) {
    return tail.since(TestLog.LOBBY, new Position(5, after), 10, 1 << 20) != null;
  }

  @Test
  void aSubscriberToldToStartOverDoesNotFindTheOldTail() {
    List<TopicName> told = new ArrayList<>();
    TailFeed feed =
        new TailFeed(
            tail,
            topic -> {
              assertThat(isHeld(1)).isFalse();
              told.add(topic);
            });
    feed.committed(List.of(entry(1), entry(2)), List.of());
    assertThat(isHeld(1)).isTrue();
    feed.renewed(TestLog.LOBBY);
    assertThat(told).containsExactly(TestLog.LOBBY);
    // What came between is only in the database.
    feed.committed(List.of(entry(7)), List.of());
    assertThat(isHeld(1)).isFalse();
    assertThat(tail.newest(TestLog.LOBBY, 2, 1 << 20)).isNull();
  }
}
