package dev.tertulia.server.logging;

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

/// A log appender that never blocks: events go into a queue, from which one thread writes them with
/// another appender. While that appender blocks, such as on a full pipe, up to [#BOUND] events of
/// together [#MAX_SIZE] wait and further ones are dropped; their number is logged as soon as the
/// appender writes again. Safe for any thread.
final class QueuedAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  /// The maximum number of queued events.
  static final int BOUND = 8192;

  /// The maximum size of all queued messages, in characters.
  static final long MAX_SIZE = 4 << 20;

  /// What a stack trace counts as, in characters.
  private static final int ERROR_SIZE = 16 << 10;

  private final Appender<ILoggingEvent> written;
  private final BlockingQueue<ILoggingEvent> waiting;
  private final AtomicLong waitingSize = new AtomicLong();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong done = new AtomicLong();

  /// @param written the appender that writes; from now on used by the writing thread only
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
    int size = size(event);
    if (waitingSize.addAndGet(size) <= MAX_SIZE && waiting.offer(event)) {
      accepted.incrementAndGet();
    } else {
      waitingSize.addAndGet(-size);
      dropped.incrementAndGet();
    }
  }

  private static int size(ILoggingEvent event) {
    return event.getFormattedMessage().length()
        + (event.getThrowableProxy() == null ? 0 : ERROR_SIZE);
  }

  /// The appender that writes.
  Appender<ILoggingEvent> written() {
    return written;
  }

  /// Waits until all earlier events are written, or until `patience` has passed.
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
        waitingSize.addAndGet(-size(next));
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
        "%s log lines were dropped here: standard output was not read fast enough. Check what reads it"
            .formatted(lost),
        null,
        null);
  }
}
