package dev.tertulia.server.protocol.full;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.full.RequestContext.PendingReplies;
import dev.tertulia.server.topic.TopicName;
import org.junit.jupiter.api.Test;

final class PendingRepliesTest {
  private static final TopicName ROOM = TopicName.room(new RoomName("a"));

  private final PendingReplies pendingReplies = new PendingReplies();

  @Test
  void outcomesOutOfOrderSettleTheirOwnRequests() {
    long one = pendingReplies.given(ROOM);
    long two = pendingReplies.given(ROOM);
    long three = pendingReplies.given(ROOM);
    pendingReplies.settled(ROOM, two);
    assertThat(pendingReplies.isSettled(ROOM, one)).as("one waits").isFalse();
    pendingReplies.settled(ROOM, one);
    assertThat(pendingReplies.isSettled(ROOM, two)).isTrue();
    assertThat(pendingReplies.isSettled(ROOM, three)).isFalse();
  }

  @Test
  void aDuplicateOutcomeSettlesNoOtherRequest() {
    long one = pendingReplies.given(ROOM);
    long two = pendingReplies.given(ROOM);
    pendingReplies.settled(ROOM, one);
    pendingReplies.settled(ROOM, one);
    assertThat(pendingReplies.isSettled(ROOM, two)).isFalse();
    pendingReplies.settled(ROOM, two);
    assertThat(pendingReplies.isSettled(ROOM, two)).isTrue();
  }
}
