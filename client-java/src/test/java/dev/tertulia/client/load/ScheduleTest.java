package dev.tertulia.client.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// When messages are due.
final class ScheduleTest {
  private static final Timetable SECOND = new Timetable(1_000, 1_000, 1_000_001_000);

  @Test
  void messagesOfAllThreadsAreInterleavedAndEvenlySpaced() {
    Map<Long, Integer> senders = new TreeMap<>();
    collect(new Schedule(new int[] {0, 2, 4}, 5, 100, SECOND), senders);
    collect(new Schedule(new int[] {1, 3}, 5, 100, SECOND), senders);
    assertThat(senders).hasSize(100);
    int n = 0;
    for (Map.Entry<Long, Integer> message : senders.entrySet()) {
      assertThat(message.getKey()).isEqualTo(1_000 + n * 10_000_000L);
      assertThat(message.getValue()).isEqualTo(n % 5);
      n++;
    }
  }

  private static void collect(Schedule schedule, Map<Long, Integer> senders) {
    for (; schedule.due() != Schedule.NEVER; schedule.next()) {
      senders.put(schedule.due(), schedule.sender());
    }
  }

  @Test
  void aSenderThatMissedItsTurnsKnowsWhenTheyWere() {
    Schedule schedule = new Schedule(new int[] {3}, 5, 100, SECOND);
    assertThat(schedule.due(0, 3)).isEqualTo(1_000 + 3 * 10_000_000L);
    assertThat(schedule.due(7, 3)).isEqualTo(1_000 + 38 * 10_000_000L);
  }

  @Test
  void aThreadWithoutSendersHasNothingToSend() {
    assertThat(new Schedule(new int[0], 5, 100, SECOND).due()).isEqualTo(Schedule.NEVER);
  }
}
