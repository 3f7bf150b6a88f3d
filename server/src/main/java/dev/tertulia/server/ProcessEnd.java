package dev.tertulia.server;

import dev.tertulia.server.cli.LogSetup;
import dev.tertulia.server.engine.EngineGuard;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The end of the process of a server: it is asked for (Ctrl-C, SIGTERM), or an engine can't go on.
/// The server is closed, and then the process is halted; after [#LONGEST] also if something hangs.
/// Any thread.
///
/// Its two threads are there from the beginning, since there may be no memory for others when they
/// are needed.
final class ProcessEnd {
  /// How long the server may take to close. Docker and systemd are patient for 10 and 90 seconds by
  /// default, Kubernetes for 30.
  static final Duration LONGEST = Duration.ofSeconds(20);

  /// How long the last lines of the log may take to be written.
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

  /// @param longest how long it may take to close
  ProcessEnd(Duration longest) {
    this.longest = longest;
    Thread.ofPlatform().name("end").daemon().start(this::close);
    Thread.ofPlatform().name("end-deadline").daemon().start(this::halt);
  }

  /// From here on the end runs `close`.
  void closes(Runnable close) {
    this.close = close;
  }

  /// Begins the end, unless it has begun. Never waits.
  ///
  /// @param code the exit code
  void begin(int code) {
    if (begun.compareAndSet(false, true)) {
      exitCode = code;
      ending.countDown();
    }
  }

  /// Begins the end as a success, unless it has begun, and never returns: the work of a shutdown
  /// hook.
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
        LogSetup.flush(LAST_LINES);
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
        // Nobody has a reason to.
      }
    }
  }
}
