package dev.tertulia.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RateTableTest {
  /// A clock may begin below zero.
  private static final long NOW = -5_000_000_000L;

  private static final long KEY = 0x0000_0007_0000_0003L;

  private final RateTable table = new RateTable(new Rate(10, 50), NOW);

  private static int taken(RateTable table, long key, int times, long now) {
    int taken = 0;
    for (int i = 0; i < times; i++) {
      taken += table.take(key, 1, now) > 0 ? 0 : 1;
    }
    return taken;
  }

  @Test
  void aKeyHasItsBurstAndThenItsRate() {
    assertThat(taken(table, KEY, 200, NOW)).isEqualTo(50);
    assertThat(table.take(KEY, 1, NOW)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(taken(table, KEY, 200, NOW + TimeUnit.SECONDS.toNanos(1))).isEqualTo(10);
  }

  @Test
  void whatIsChargedAnywayIsOwed() {
    for (int i = 0; i < 50; i++) {
      assertThat(table.charge(KEY, 1, NOW)).isNotPositive();
    }
    assertThat(table.charge(KEY, 1, NOW)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(table.charge(KEY, 1, NOW)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(200));
    assertThat(table.take(KEY, 1, NOW)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
  }

  @Test
  void whoSharesOneSlotWithAFlooderKeepsItsLimit() {
    long sharesTheFirst = 0x0000_0009_0000_0003L;
    long sharesTheSecond = 0x0000_0007_0000_0001L;
    taken(table, KEY, 1_000, NOW);
    assertThat(taken(table, sharesTheFirst, 200, NOW)).isEqualTo(50);
    assertThat(taken(table, sharesTheSecond, 200, NOW)).isEqualTo(50);
  }

  @Test
  void zeroMeansNoLimit() {
    assertThat(taken(new RateTable(new Rate(0, 0), NOW), KEY, 1_000, NOW)).isEqualTo(1_000);
  }

  @Test
  void threadsTogetherGetNoMoreThanOne() throws ExecutionException, InterruptedException {
    RateTable wide = new RateTable(new Rate(1, 10_000), NOW);
    List<Future<Integer>> takers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        takers.add(threads.submit(() -> taken(wide, KEY, 5_000, NOW)));
      }
    }
    int taken = 0;
    for (Future<Integer> taker : takers) {
      taken += taker.get();
    }
    assertThat(taken).isEqualTo(10_000);
  }
}
