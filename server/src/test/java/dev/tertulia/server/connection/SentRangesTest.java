package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.TopicName.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which sent entries are remembered, and how many.
final class SentRangesTest {
  private final SentRanges sent = new SentRanges();

  @Test
  void adjacentRangesAreMerged() {
    sent.add(Kind.INBOX, 4, 6);
    sent.add(Kind.INBOX, 10, 12);
    assertThat(sent.personal()).containsExactly(new OffsetRange(4, 6), new OffsetRange(10, 12));
    sent.add(Kind.INBOX, 6, 10);
    assertThat(sent.personal()).containsExactly(new OffsetRange(4, 12));
    sent.add(Kind.INBOX, 5, 7);
    sent.add(Kind.INBOX, 9, 9);
    assertThat(sent.personal()).containsExactly(new OffsetRange(4, 12));
    assertThat(sent.broadcasts()).isEmpty();
  }

  @Test
  void theOldestRangesAreDroppedFirst() {
    for (int i = 0; i <= SentRanges.MOST; i++) {
      sent.add(Kind.BROADCASTS, 10L * i, 10L * i + 1);
    }
    assertThat(sent.broadcasts()).hasSize(SentRanges.MOST).doesNotContain(new OffsetRange(0, 1));
  }

  @Test
  void endedConnectionsAreBoundedPerClientAndInTotal() {
    EndedConnections ended = new EndedConnections();
    for (int i = 0; i <= EndedConnections.MOST_CLIENTS; i++) {
      ended.add(new ClientId("c" + i), view(i));
    }
    assertThat(ended.of(new ClientId("c0"))).isEmpty();
    ClientId last = new ClientId("c" + EndedConnections.MOST_CLIENTS);
    for (int i = 1; i <= EndedConnections.PER_CLIENT; i++) {
      ended.add(last, view(-i));
    }
    assertThat(ended.of(last))
        .extracting(SentView::began)
        .hasSize(EndedConnections.PER_CLIENT)
        .startsWith((long) -EndedConnections.PER_CLIENT)
        .endsWith(-1L);
    ended.remove(last);
    assertThat(ended.of(last)).isEmpty();
  }

  private static SentView view(long began) {
    return new SentView("", "base", null, began, 0, List.of(new OffsetRange(0, 1)), List.of());
  }
}
