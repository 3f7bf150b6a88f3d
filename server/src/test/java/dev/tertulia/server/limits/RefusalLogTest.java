package dev.tertulia.server.limits;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.model.ClientId;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// The log has one line a minute for any number of refusals.
final class RefusalLogTest {
  private final Logger log = (Logger) LoggerFactory.getLogger(RefusalLog.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private long now = Long.MAX_VALUE - 5;

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
  void theFirstRefusalIsLoggedAndThenOnePerMinute() {
    RefusalLog refusalLog = new RefusalLog("Turned away, by limits.example", () -> now);
    refusalLog.add();
    for (int i = 0; i < 999; i++) {
      refusalLog.add();
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("Turned away, by limits.example (1 so far)");
    now += TimeUnit.MINUTES.toNanos(1);
    refusalLog.add(new ClientId("ana"));
    refusalLog.add(new ClientId("ben"));
    assertThat(lines.list).hasSize(2).allMatch(line -> line.getLevel() == Level.WARN);
    assertThat(lines.list.getLast().getFormattedMessage()).endsWith("(1001 so far)");
    assertThat(lines.list.getLast().getMDCPropertyMap()).containsOnly(Map.entry("client", "ana"));
    assertThat(refusalLog.count()).isEqualTo(1002);
  }
}
