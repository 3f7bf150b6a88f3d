package dev.tertulia.server.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// In which order reads run, and which wait.
final class ReadersTest {
  private final List<String> begun = Collections.synchronizedList(new ArrayList<>());
  private final Semaphore mayEnd = new Semaphore(0);

  /// A reading that lasts until it may end.
  private Runnable lasting(String name) {
    return () -> {
      begun.add(name);
      mayEnd.acquireUninterruptibly();
    };
  }

  private void awaitBegun(String... names) {
    await()
        .atMost(30, TimeUnit.SECONDS)
        .untilAsserted(() -> assertThat(begun).containsExactlyInAnyOrder(names));
  }

  @Test
  void expensiveReadsNeverUseAllThreadsAndNoClientUsesTwo() throws InterruptedException {
    try (Readers readers = new Readers(4, 1_000)) {
      for (int i = 0; i < 50; i++) {
        assertThat(readers.submit("one", true, lasting("one"))).isTrue();
      }
      awaitBegun("one");
      for (int i = 0; i < 50; i++) {
        readers.submit("two", true, lasting("two"));
        readers.submit("three", true, lasting("three"));
      }
      awaitBegun("one", "two");
      // Whatever is dear lasts: what is quick is read all the same.
      CountDownLatch quick = new CountDownLatch(100);
      for (int i = 0; i < 100; i++) {
        readers.submit("one", false, quick::countDown);
      }
      assertThat(quick.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(begun).hasSize(2);
      mayEnd.release(2);
      awaitBegun("one", "two", "one", "three");
      mayEnd.release(1_000);
      await().atMost(30, TimeUnit.SECONDS).until(() -> begun.size() == 150);
      assertThat(readers.waiting()).isZero();
    }
  }

  @Test
  void clientsTakeTurns() {
    try (Readers readers = new Readers(1, 1_000)) {
      readers.submit("first", false, lasting("first"));
      awaitBegun("first");
      for (int i = 0; i < 10; i++) {
        int number = i;
        readers.submit("many", false, () -> begun.add("many " + number));
      }
      readers.submit("one", false, () -> begun.add("one"));
      readers.submit("two", false, () -> begun.add("two"));
      mayEnd.release();
      await().atMost(30, TimeUnit.SECONDS).until(() -> begun.size() == 13);
      assertThat(begun).startsWith("first", "many 0", "one", "two", "many 1", "many 2");
    }
  }

  @Test
  void aboveTheLimitAReadIsRefusedAndExpensiveReadsTakeTurns() {
    Readers readers = new Readers(1, 3);
    try (readers) {
      readers.submit("a", true, lasting("a"));
      awaitBegun("a");
      assertThat(readers.submit("a", true, () -> begun.add("dear"))).isTrue();
      assertThat(readers.submit("b", false, () -> begun.add("quick"))).isTrue();
      assertThat(readers.submit("c", false, () -> begun.add("quick too"))).isTrue();
      assertThat(readers.submit("d", false, () -> begun.add("refused"))).isFalse();
      assertThat(readers.waiting()).isEqualTo(3);
      mayEnd.release();
      await().atMost(30, TimeUnit.SECONDS).until(() -> begun.size() == 4);
      assertThat(begun).containsExactly("a", "dear", "quick", "quick too");
      assertThat(readers.<String>read("x", true, () -> "read")).isEqualTo("read");
    }
    assertThat(readers.submit("a", false, () -> {})).isFalse();
  }
}
