package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.testing.Seeded;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// The heartbeat, tick by tick.
final class HeartbeatWheelTest {
  private final HeartbeatWheel wheel = new HeartbeatWheel(10, 24);
  private int now;

  /// Writes down the ticks at which something happens to it.
  private final class Beating extends HeartbeatWheel.Member {
    private final List<Integer> asked = new ArrayList<>();
    private final List<Integer> ended = new ArrayList<>();

    @Override
    void askForSign() {
      asked.add(now);
    }

    @Override
    void silentTooLong() {
      ended.add(now);
    }
  }

  @Test
  void aSilentMemberIsPingedAndThenEndedOnce() {
    Beating silent = new Beating();
    wheel.add(silent);
    tick(100);
    assertThat(silent.asked).containsExactly(10, 20);
    assertThat(silent.ended).containsExactly(24);
    assertThat(wheel.size()).isZero();
  }

  @Test
  void anAnsweringMemberStays() {
    Beating answering = new Beating();
    wheel.add(answering);
    for (int i = 0; i < 100; i++) {
      tick(1);
      if (answering.asked.contains(now)) {
        wheel.heard(answering);
      }
    }
    assertThat(answering.asked).containsExactly(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
    assertThat(answering.ended).isEmpty();
  }

  @Test
  void aMemberThatIsHeardIsNotPinged() {
    Beating speaking = new Beating();
    wheel.add(speaking);
    for (int i = 0; i < 50; i++) {
      tick(9);
      wheel.heard(speaking);
    }
    assertThat(speaking.asked).isEmpty();
    assertThat(wheel.size()).isEqualTo(1);
  }

  @Test
  void thousandsAddedAtOnceAreNotPingedAtOnce() {
    List<Beating> all = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      all.add(new Beating());
      wheel.add(all.getLast());
    }
    for (int i = 0; i < 100; i++) {
      tick(1);
      long asked =
          all.stream().filter(member -> member.asked.contains(now)).peek(wheel::heard).count();
      assertThat(asked).as("asked at %s", now).isLessThanOrEqualTo(1_000);
    }
    for (Beating member : all) {
      assertThat(member.asked.getFirst()).isBetween(5, 10);
      for (int i = 1; i < member.asked.size(); i++) {
        assertThat(member.asked.get(i) - member.asked.get(i - 1)).isEqualTo(10);
      }
    }
  }

  @Test
  void aMemberThatWasHeardIsPingedAfterTheWholeInterval() {
    List<Beating> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(new Beating());
      wheel.add(all.getLast());
    }
    tick(2);
    all.forEach(wheel::heard);
    tick(9);
    assertThat(all).allMatch(member -> member.asked.isEmpty());
    tick(1);
    assertThat(all).allMatch(member -> member.asked.equals(List.of(12)));
  }

  @Test
  void aRemovedMemberIsForgottenAndOthersStay() {
    List<Beating> all = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      all.add(new Beating());
      wheel.add(all.getLast());
    }
    wheel.remove(all.get(0));
    wheel.remove(all.get(4));
    wheel.remove(all.get(8));
    wheel.remove(all.get(4));
    assertThat(wheel.size()).isEqualTo(6);
    tick(24);
    for (int i = 0; i < 9; i++) {
      assertThat(all.get(i).ended).hasSize(i % 4 == 0 ? 0 : 1);
    }
  }

  @Test
  void theTimeoutMustExceedTheInterval() {
    assertThatThrownBy(() -> new HeartbeatWheel(10, 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new HeartbeatWheel(0, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// Against what the words say: asked after the interval, ended at the bound, not before.
  @RepeatedTest(10)
  void randomMembersArePingedAndEndedInTime() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    List<Beating> members = new ArrayList<>();
    Set<Beating> removed = new HashSet<>();
    List<Integer> heard = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      tick(1);
      if (random.nextInt(3) == 0) {
        Beating member = new Beating();
        members.add(member);
        heard.add(now);
        wheel.add(member);
      }
      for (int m = 0; m < members.size(); m++) {
        Beating member = members.get(m);
        if (removed.contains(member)) {
          assertThat(member.ended).as(seeded.toString()).doesNotContain(now);
        } else if (now - heard.get(m) >= 24) {
          assertThat(member.ended).as(seeded.toString()).containsExactly(heard.get(m) + 24);
          removed.add(member);
        } else if (random.nextInt(30) == 0) {
          wheel.heard(member);
          heard.set(m, now);
        } else if (random.nextInt(500) == 0) {
          wheel.remove(member);
          removed.add(member);
        } else {
          assertThat(member.ended).as(seeded.toString()).isEmpty();
        }
      }
      assertThat(wheel.size()).as(seeded.toString()).isEqualTo(members.size() - removed.size());
    }
  }

  private void tick(int times) {
    for (int i = 0; i < times; i++) {
      now++;
      wheel.tick();
    }
  }
}
