package dev.tertulia.server;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.logging.LogConfigurator;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends the process of a server: on request (SIGTERM, an operator, Ctrl-C), or because an engine
/// can't continue. A requested end begins with the drain of the server, which a further request
/// cuts short. Then the server is closed and the process halted, [#LONGEST] after the drain even if
/// closing hangs. Safe for any thread.
///
/// Its two threads are created at the beginning, since there may be no memory for them later.
final class ProcessEnd {
  /// The maximum time for closing the server, after its drain.
  static final Duration LONGEST = Duration.ofSeconds(20);

  /// The maximum time for writing the last log lines.
  private static final Duration LAST_LINES = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(ProcessEnd.class);

  private final AtomicBoolean begun = new AtomicBoolean();
  private final AtomicInteger signals = new AtomicInteger();
  private final CountDownLatch ending = new CountDownLatch(1);
  private final CountDownLatch drained = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final CountDownLatch never = new CountDownLatch(1);
  private final Duration longest;
  private volatile Subject subject = Subject.NONE;
  private volatile int exitCode;

  /// What ends with the process.
  interface Subject extends AutoCloseable {
    /// Nothing.
    Subject NONE = () -> {};

    /// Drains it. Blocks.
    default void drain() {}

    /// Cuts the drain short, also one that has not begun. Any thread; must not block.
    default void hurry() {}

    /// The maximum time of the drain.
    default Duration longestDrain() {
      return Duration.ZERO;
    }

    @Override
    void close();
  }

  ProcessEnd() {
    this(LONGEST);
  }

  /// @param longest the maximum time for closing, after the drain
  ProcessEnd(Duration longest) {
    this.longest = longest;
    Thread.ofPlatform().name("end").daemon().start(this::close);
    Thread.ofPlatform().name("end-deadline").daemon().start(this::halt);
  }

  /// Sets what ends with the process.
  void ends(Subject subject) {
    this.subject = subject;
  }

  /// Begins the end with a drain, unless the end has begun. Never blocks.
  void drain() {
    if (begun.compareAndSet(false, true)) {
      ending.countDown();
    }
  }

  /// A supervisor or a person asks for the end: the first time with a drain, and from the second
  /// time on at once. Never blocks.
  void terminate() {
    if (signals.incrementAndGet() > 1) {
      log.info("Asked to end once more: draining is cut short");
      subject.hurry();
    }
    drain();
  }

  /// Begins the end without a drain, or cuts a drain short. Never blocks.
  void now() {
    subject.hurry();
    drain();
  }

  /// Ends the process without a drain, because it can't continue. Never blocks.
  ///
  /// @param code the exit code
  void fail(int code) {
    exitCode = code;
    now();
  }

  /// Begins the end with a drain unless the end has begun, and never returns: for use in a shutdown
  /// hook.
  void drainAndWait() {
    drain();
    await(never);
  }

  private void close() {
    await(ending);
    Subject last = subject;
    try {
      last.drain();
    } catch (Throwable failure) {
      log.error(
          "The server could not be drained; its connections are closed at once. Please report this",
          failure);
    } finally {
      drained.countDown();
    }
    try {
      last.close();
      log.info("Tertulia has stopped");
    } catch (Throwable failure) {
      log.error(
          "Tertulia did not stop cleanly. Nothing that was confirmed is lost; please report this",
          failure);
    } finally {
      closed.countDown();
    }
  }

  private void halt() {
    await(ending);
    int code;
    try {
      boolean isDrained =
          drained.await(subject.longestDrain().plus(longest).toMillis(), TimeUnit.MILLISECONDS);
      if (isDrained && closed.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        code = exitCode;
      } else {
        code = EngineGuard.EXIT_CODE;
        log.error(
            "Tertulia did not stop within {} seconds: the process is ended with exit code {}."
                + " Nothing that was confirmed is lost; please report this, with the lines before"
                + " it",
            longest.toSeconds(),
            code);
      }
    } catch (Throwable failure) {
      code = EngineGuard.EXIT_CODE;
    }
    try {
      LogConfigurator.flush(LAST_LINES);
    } finally {
      Runtime.getRuntime().halt(code);
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
