package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.relay.RelayMessage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What is known of the primaries, and when it is looked for another one.
final class PrimaryWatchTest {
  private long now = TimeUnit.HOURS.toNanos(1);
  private long written = 1;
  private final PrimaryWatch watch = new PrimaryWatch(() -> written, () -> now);

  private void after(long seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  private void hear(long timeline) {
    watch.received(
        new RelayMessage.Primary(
            new RelayMessage.Origin(new NodeName("other"), 1, 1, 1), timeline));
  }

  @Test
  void itIsLookedForSometimesAndOftenWhileTheDatabaseIsSilent() {
    assertThat(watch.isLookDue()).isFalse();
    after(5);
    watch.answered();
    assertThat(watch.isLookDue()).isTrue();
    after(1);
    assertThat(watch.isLookDue()).isFalse();
    after(1);
    assertThat(watch.isLookDue()).as("nothing was answered for two seconds").isTrue();
    after(1);
    assertThat(watch.isLookDue()).isTrue();
    watch.answered();
    after(1);
    assertThat(watch.isLookDue()).isFalse();
  }

  @Test
  void itIsLookedForOftenWhileAnotherNodeIsElsewhere() {
    watch.answered();
    hear(2);
    assertThat(watch.isLookDue()).isFalse();
    after(1);
    assertThat(watch.isLookDue()).isTrue();
    written = 2;
    watch.answered();
    after(1);
    assertThat(watch.isLookDue()).isFalse();
  }

  @Test
  void anEarlierOneIsNoneAndWhatWasSeenIsForgotten() {
    assertThat(watch.newest()).isZero();
    hear(1);
    assertThat(watch.newest()).isOne();
    assertThat(watch.trouble()).isEmpty();
    watch.leadsTo(2);
    hear(1);
    assertThat(watch.newest()).isEqualTo(2);
    assertThat(watch.trouble())
        .isEqualTo(
            "would write to a former primary of the database (timeline 1): the address of the"
                + " database leads to a newer one (timeline 2)");
    after(15);
    assertThat(watch.newest()).isZero();
    assertThat(watch.trouble()).isEmpty();
    hear(1);
    assertThat(watch.newest()).isOne();
  }
}
