package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Which members expire, and in which order.
final class ExpiryQueueTest {
  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");

  private final ExpiryQueue queue = new ExpiryQueue();

  private static final class Ticket extends ExpiryQueue.Member {
    private @Nullable Instant expiry;

    Ticket(@Nullable Instant expiry) {
      this.expiry = expiry;
    }

    @Override
    @Nullable Instant expiry() {
      return expiry;
    }

    @Override
    void expired() {}

    @Override
    void askForSign() {}

    @Override
    void silentTooLong() {}
  }

  private Ticket add(@Nullable Instant expiry) {
    Ticket ticket = new Ticket(expiry);
    queue.add(ticket);
    return ticket;
  }

  @Test
  void whatNeverExpiresIsNotKept() {
    queue.remove(add(null));

    assertThat(queue.size()).isZero();
    assertThat(queue.poll(Instant.MAX)).isNull();
  }

  @Test
  void expiresAtItsMomentAndNotBefore() {
    Ticket ticket = add(NOW);

    assertThat(queue.poll(NOW.minusNanos(1))).isNull();
    assertThat(queue.poll(NOW)).isSameAs(ticket);
    assertThat(queue.poll(NOW)).isNull();
  }

  /// No timer could represent them.
  @Test
  void anExpiryMayBeThousandsOfYearsAway() {
    add(Instant.parse("9999-12-31T23:59:59Z"));
    add(NOW.plusSeconds(30L * 24 * 3_600));

    assertThat(queue.poll(NOW)).isNull();
    assertThat(queue.poll(NOW.plusSeconds(29L * 24 * 3_600))).isNull();
    assertThat(queue.size()).isEqualTo(2);
  }

  @Test
  void aMemberThatIsRemovedLeavesNothing() {
    Ticket one = add(NOW);
    add(NOW.plusSeconds(1));
    queue.remove(one);
    queue.remove(one);

    assertThat(queue.size()).isEqualTo(1);
    assertThat(queue.poll(NOW)).isNull();
  }

  @Test
  void randomMembersExpireInOrder() {
    RandomGenerator random = Seeded.print().random();
    List<Ticket> there = new ArrayList<>();
    Instant now = NOW;
    for (int i = 0; i < 20_000; i++) {
      int what = random.nextInt(10);
      if (what < 5 && there.size() < 500) {
        there.add(add(now.plusMillis(random.nextInt(1_000))));
      } else if (what < 7 && !there.isEmpty()) {
        queue.remove(there.remove(random.nextInt(there.size())));
      } else if (what < 8 && !there.isEmpty()) {
        Ticket renewed = there.get(random.nextInt(there.size()));
        queue.remove(renewed);
        renewed.expiry = now.plusMillis(random.nextInt(2_000));
        queue.add(renewed);
      } else {
        now = now.plusMillis(random.nextInt(20));
        Instant until = now;
        List<Instant> due =
            there.stream()
                .map(ticket -> ticket.expiry)
                .filter(expiry -> expiry != null && !expiry.isAfter(until))
                .sorted(Comparator.naturalOrder())
                .toList();
        List<@Nullable Instant> polled = new ArrayList<>();
        for (ExpiryQueue.Member next = queue.poll(now); next != null; next = queue.poll(now)) {
          polled.add(next.expiry());
          there.remove((Ticket) next);
        }
        assertThat(polled).isEqualTo(due);
      }
      assertThat(queue.size()).isEqualTo(there.size());
    }
  }
}
