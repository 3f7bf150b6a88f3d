package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.TopicName;
import org.junit.jupiter.api.Test;

final class UnsettledTest {
  private static final TopicName ROOM = TopicName.room(new RoomName("a"));

  private final Unsettled unsettled = new Unsettled();

  @Test
  void outcomesThatComeOutOfOrderSettleTheirOwn() {
    long one = unsettled.given(ROOM);
    long two = unsettled.given(ROOM);
    long three = unsettled.given(ROOM);
    unsettled.settled(ROOM, two);
    assertThat(unsettled.isSettled(ROOM, one)).as("one waits").isFalse();
    unsettled.settled(ROOM, one);
    assertThat(unsettled.isSettled(ROOM, two)).isTrue();
    assertThat(unsettled.isSettled(ROOM, three)).isFalse();
  }

  @Test
  void anOutcomeThatComesTwiceSettlesNothingElse() {
    long one = unsettled.given(ROOM);
    long two = unsettled.given(ROOM);
    unsettled.settled(ROOM, one);
    unsettled.settled(ROOM, one);
    assertThat(unsettled.isSettled(ROOM, two)).isFalse();
    unsettled.settled(ROOM, two);
    assertThat(unsettled.isSettled(ROOM, two)).isTrue();
  }
}
