package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.topic.LogException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// A thousand of one trouble keep no other out of the log.
final class ReadFaultLogTest {
  private final Logger log = (Logger) LoggerFactory.getLogger(ReadFaultLog.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
  }

  @AfterEach
  void listenNoMore() {
    log.detachAppender(lines);
  }

  @Test
  void eachDifferentFaultIsLoggedImmediately() {
    ReadFaultLog readFaultLog = new ReadFaultLog(() -> 7);
    for (int i = 0; i < 1_000; i++) {
      readFaultLog.met(new RejectedExecutionException());
    }
    readFaultLog.met(new LogException("the room a is damaged", true, null));
    readFaultLog.met(new LogException("the room a is damaged", true, null));
    readFaultLog.met(new LogException("the room b is damaged", true, null));
    readFaultLog.met(new IllegalStateException("a defect"));
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .satisfiesExactly(
            line -> assertThat(line).contains("too many requests"),
            line -> assertThat(line).contains("the room a"),
            line -> assertThat(line).contains("the room b"),
            line -> assertThat(line).contains("Reading the log failed (1004 so far)"));
    assertThat(readFaultLog.count()).isEqualTo(1004);
  }
}
