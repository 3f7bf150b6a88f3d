package dev.tertulia.server.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

final class QueuedAppenderTest {
  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final CountDownLatch taken = new CountDownLatch(1);
  private final CountDownLatch unblocked = new CountDownLatch(1);
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  /// Standard output that takes nothing, until it does.
  private final class Blocked extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      taken.countDown();
      try {
        unblocked.await();
      } catch (InterruptedException e) {
        interrupted.set(true);
      }
      lines.add(event.getFormattedMessage());
    }
  }

  private ILoggingEvent event(String message) {
    return new LoggingEvent("test", context.getLogger("test"), Level.INFO, message, null, null);
  }

  @Test
  @Timeout(30) // A log that has somebody wait would do so for ever.
  void loggingNeverBlocksAndDroppedLinesAreCounted() throws InterruptedException {
    Blocked blocked = new Blocked();
    blocked.setContext(context);
    blocked.start();
    QueuedAppender log = new QueuedAppender(blocked, 3);
    log.setContext(context);
    log.start();
    log.doAppend(event("0"));
    assertThat(taken.await(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i <= 10; i++) {
      log.doAppend(event(String.valueOf(i)));
    }
    unblocked.countDown();
    log.flush(TestServer.PATIENCE);
    await().atMost(TestServer.PATIENCE).until(() -> lines.size() == 5);
    assertThat(lines.get(0)).isEqualTo("0");
    assertThat(lines.get(1)).startsWith("7 log lines were dropped here");
    assertThat(lines.subList(2, 5)).containsExactly("1", "2", "3");
    assertThat(interrupted).isFalse();
  }

  @Test
  @Timeout(30)
  void longMessagesWaitUpToASizeOnly() throws InterruptedException {
    Blocked blocked = new Blocked();
    blocked.setContext(context);
    blocked.start();
    QueuedAppender log = new QueuedAppender(blocked, 100);
    log.setContext(context);
    log.start();
    log.doAppend(event("0"));
    assertThat(taken.await(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    String longest = "x".repeat((int) QueuedAppender.MAX_SIZE / 4);
    for (int i = 1; i <= 6; i++) {
      log.doAppend(event(longest));
    }
    log.doAppend(event("short"));
    unblocked.countDown();
    await().atMost(TestServer.PATIENCE).until(() -> lines.size() == 6);
    assertThat(lines.get(1)).startsWith("3 log lines were dropped here");
    log.doAppend(event("last"));
    await().atMost(TestServer.PATIENCE).until(() -> lines.getLast().equals("last"));
    assertThat(lines.subList(2, 7)).containsExactly(longest, longest, longest, longest, "last");
  }
}
