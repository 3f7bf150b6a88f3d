package dev.tertulia.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/// Tick by tick, on an engine that a test turns.
final class WatchdogTest {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private boolean ended;
  private final EngineGuard guard = EngineGuard.ofNoProcess();
  private final Watchdog watchdog =
      new Watchdog(
          guard,
          Map.of(
              "event loop 7",
              task -> {
                if (ended) {
                  throw new RejectedExecutionException("it has ended");
                }
                tasks.add(task);
              },
              "acceptor",
              Runnable::run));

  private void tick(int times) {
    for (int i = 0; i < times; i++) {
      watchdog.tick();
    }
  }

  private void turn() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void aTurningEngineIsHealthy() {
    for (int i = 0; i < 2 * Watchdog.TICKS_UNTIL_END; i++) {
      tick(Watchdog.TICKS_UNTIL_FAULT);
      turn();
    }
    assertThat(watchdog.fault()).isNull();
    assertThat(guard.fault()).isNull();
  }

  @Test
  void aStuckEngineIsAFaultUntilItTurnsAgain() {
    tick(1 + Watchdog.TICKS_UNTIL_FAULT);
    assertThat(watchdog.fault()).contains("event loop 7").doesNotContain("acceptor");
    assertThat(guard.fault()).as("it may turn again").isNull();
    assertThat(tasks).as("what a loop that does not turn is given").hasSize(1);
    turn();
    tick(1);
    assertThat(watchdog.fault()).isNull();
  }

  @Test
  void anEngineThatNeverRespondsAgainIsFatal() {
    tick(1 + Watchdog.TICKS_UNTIL_END);
    assertThat(guard.fault()).contains("event loop 7");
  }

  @Test
  void anEndedEngineIsDetected() {
    ended = true;
    tick(1 + Watchdog.TICKS_UNTIL_FAULT);
    assertThat(watchdog.fault()).contains("event loop 7");
  }

  @Test
  void theGuardDetectsTheEndOfTheWatchdog() throws InterruptedException {
    Watchdog dies =
        new Watchdog(
            guard,
            Map.of(
                "an engine",
                task -> {
                  throw new StackOverflowError("injected by a test");
                }));
    dies.start();
    dies.thread().join();
    assertThat(guard.fault()).contains("watchdog");
  }
}
