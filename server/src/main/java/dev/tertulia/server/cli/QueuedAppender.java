package dev.tertulia.server.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A log that nobody waits for: events go into a queue, of which one thread writes them with
/// another appender. Where that takes nothing, as a full pipe, [#BOUND] events wait and the rest is
/// dropped; how many is said as soon as something is taken again. Any thread.
final class QueuedAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  /// The most events that wait.
  static final int BOUND = 8192;

  private final Appender<ILoggingEvent> written;
  private final BlockingQueue<ILoggingEvent> waiting;
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong done = new AtomicLong();

  /// @param written writes what this is given; for its thread alone from now on
  QueuedAppender(Appender<ILoggingEvent> written) {
    this(written, BOUND);
  }

  QueuedAppender(Appender<ILoggingEvent> written, int bound) {
    this.written = written;
    waiting = new ArrayBlockingQueue<>(bound);
  }

  @Override
  public void start() {
    Thread.ofPlatform().name("log").daemon().start(this::write);
    super.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    event.prepareForDeferredProcessing();
    if (waiting.offer(event)) {
      accepted.incrementAndGet();
    } else {
      dropped.incrementAndGet();
    }
  }

  /// Waits until all that was logged before is written, or for `patience`.
  void flush(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    long all = accepted.get();
    while (done.get() < all && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void write() {
    while (true) {
      try {
        ILoggingEvent next = waiting.take();
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
          written.doAppend(told(lost));
        }
        written.doAppend(next);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        addError("Failed to write a log event", e);
      }
      done.incrementAndGet();
    }
  }

  private ILoggingEvent told(long lost) {
    Logger logger = ((LoggerContext) getContext()).getLogger(QueuedAppender.class);
    return new LoggingEvent(
        QueuedAppender.class.getName(),
        logger,
        Level.WARN,
        "%s log lines were dropped here: standard output was not read fast enough".formatted(lost),
        null,
        null);
  }
}
