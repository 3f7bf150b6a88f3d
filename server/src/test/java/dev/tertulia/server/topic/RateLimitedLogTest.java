package dev.tertulia.server.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The same fault is not logged thousands of times, and hides no other.
final class RateLimitedLogTest {
  private long now = Long.MAX_VALUE - 5;
  private final List<String> lines = new ArrayList<>();
  private final RateLimitedLog log = new RateLimitedLog(() -> now, Duration.ofMinutes(1));

  private void meet(String fault) {
    log.met(fault, suffix -> lines.add(fault + suffix));
  }

  @Test
  void theSameFaultIsLoggedOncePerMinuteAndAnotherImmediately() {
    for (int i = 0; i < 5_000; i++) {
      meet("a");
    }
    meet("b");
    meet("b");
    assertThat(lines).containsExactly("a", "b");
    now += Duration.ofMinutes(1).toNanos();
    meet("a");
    assertThat(lines.getLast()).isEqualTo("a (5000 times since it was last logged)");
    meet("a");
    assertThat(lines).hasSize(3);
  }

  @Test
  void theNumberOfLinesIsBoundedAndTheLastOneSaysThatMoreFollow() {
    for (int i = 0; i < 10 * RateLimitedLog.MOST_FAULTS; i++) {
      meet("fault " + i);
    }
    assertThat(lines).hasSize(RateLimitedLog.MOST_LINES);
    assertThat(lines.getLast()).contains("further faults are not logged");
    now += Duration.ofMinutes(1).toNanos();
    meet("another");
    assertThat(lines.getLast()).isEqualTo("another");
  }
}
