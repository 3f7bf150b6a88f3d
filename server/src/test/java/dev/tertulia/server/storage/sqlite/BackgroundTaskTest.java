package dev.tertulia.server.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BackgroundTaskTest {
  private final Semaphore done = new Semaphore(0);

  @Test
  void requestsDuringARestAreHandledTogetherBeforeItEnds() {
    Semaphore others = new Semaphore(0);
    try (BackgroundTask beside =
            new BackgroundTask(
                "resting", Duration.ofDays(1), done::release, EngineGuard.ofNoProcess());
        BackgroundTask eager =
            new BackgroundTask(
                "eager", Duration.ZERO, others::release, EngineGuard.ofNoProcess())) {
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
  void aRequestWhileItWaitsIsHandledImmediately() {
    try (BackgroundTask beside =
        new BackgroundTask("eager", Duration.ZERO, done::release, EngineGuard.ofNoProcess())) {
      for (int i = 0; i < 1_000; i++) {
        beside.wake();
        done.acquireUninterruptibly();
      }
    }
    assertThat(done.availablePermits()).isZero();
  }

  @Test
  void withoutWorkItEndsWithoutAThread() {
    new BackgroundTask("idle", Duration.ofDays(1), done::release, EngineGuard.ofNoProcess())
        .close();
    assertThat(done.availablePermits()).isZero();
  }
}
