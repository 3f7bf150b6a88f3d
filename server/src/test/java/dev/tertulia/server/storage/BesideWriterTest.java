package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BesideWriterTest {
  private final Semaphore done = new Semaphore(0);

  @Test
  void whatComesWhileItRestsIsDoneTogetherAndBeforeItEnds() {
    Semaphore others = new Semaphore(0);
    try (BesideWriter beside =
            new BesideWriter(
                "resting", Duration.ofDays(1), done::release, EngineGuard.ofNoProcess());
        BesideWriter eager =
            new BesideWriter("eager", Duration.ZERO, others::release, EngineGuard.ofNoProcess())) {
      beside.wake();
      done.acquireUninterruptibly();
      for (int i = 0; i < 200; i++) {
        beside.wake();
        // Time in which another thread does its work again and again.
        eager.wake();
        others.acquireUninterruptibly();
      }
      assertThat(done.availablePermits()).isZero();
    }
    assertThat(done.availablePermits()).isEqualTo(1);
  }

  @Test
  void whatComesWhileItWaitsIsDoneAtOnce() {
    try (BesideWriter beside =
        new BesideWriter("eager", Duration.ZERO, done::release, EngineGuard.ofNoProcess())) {
      for (int i = 0; i < 1_000; i++) {
        beside.wake();
        done.acquireUninterruptibly();
      }
    }
    assertThat(done.availablePermits()).isZero();
  }

  @Test
  void withoutWorkItEndsWithoutAThread() {
    new BesideWriter("idle", Duration.ofDays(1), done::release, EngineGuard.ofNoProcess()).close();
    assertThat(done.availablePermits()).isZero();
  }
}
