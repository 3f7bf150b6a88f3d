package dev.tertulia.server;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.logging.LogConfigurator;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends the process of a server: on request (Ctrl-C, SIGTERM), or because an engine can't continue.
/// It closes the server and then halts the process, after [#LONGEST] even if closing hangs. Safe
/// for any thread.
///
/// Its two threads are created at the beginning, since there may be no memory for them later.
final class ProcessEnd {
  /// The maximum time for closing the server. By default, Docker waits 10 seconds, Kubernetes 30
  /// and systemd 90.
  static final Duration LONGEST = Duration.ofSeconds(20);

  /// The maximum time for writing the last log lines.
  private static final Duration LAST_LINES = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(ProcessEnd.class);

  private final AtomicBoolean begun = new AtomicBoolean();
  private final CountDownLatch ending = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch never = new CountDownLatch(1);
  private volatile Runnable close = () -> {};
  private final Duration longest;
  private volatile int exitCode;

  ProcessEnd() {
    this(LONGEST);
  }

  /// @param longest the maximum time for closing
  ProcessEnd(Duration longest) {
    this.longest = longest;
    Thread.ofPlatform().name("end").daemon().start(this::close);
    Thread.ofPlatform().name("end-deadline").daemon().start(this::halt);
  }

  /// Sets what is closed at the end.
  void closes(Runnable close) {
    this.close = close;
  }

  /// Starts the shutdown unless it has started. Never blocks.
  ///
  /// @param code the exit code
  void begin(int code) {
    if (begun.compareAndSet(false, true)) {
      exitCode = code;
      ending.countDown();
    }
  }

  /// Starts the shutdown with exit code 0 unless it has started, and never returns: for use in a
  /// shutdown hook.
  void beginAndWait() {
    begin(0);
    await(never);
  }

  private void close() {
    await(ending);
    try {
      close.run();
      log.info("Tertulia has stopped");
    } catch (Throwable failure) {
      log.error("Tertulia did not stop cleanly", failure);
    } finally {
      closed.countDown();
    }
  }

  private void halt() {
    await(ending);
    int code = exitCode;
    try {
      if (!closed.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        code = EngineGuard.EXIT_CODE;
        log.error(
            "Tertulia did not stop within {} seconds: the process is ended with exit code {}",
            longest.toSeconds(),
            code);
      }
    } catch (Throwable failure) {
      code = EngineGuard.EXIT_CODE;
    } finally {
      try {
        LogConfigurator.flush(LAST_LINES);
      } finally {
        Runtime.getRuntime().halt(code);
      }
    }
  }

  private static void await(CountDownLatch latch) {
    boolean over = false;
    while (!over) {
      try {
        latch.await();
        over = true;
      } catch (InterruptedException e) {
        // Nothing interrupts this thread.
      }
    }
  }
}
