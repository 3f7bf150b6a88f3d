package dev.tertulia.server.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// What a class logs in this process until this is closed.
public final class LoggedLines implements AutoCloseable {
  private final Logger log;

  /// Guarded by itself: loggers append while the test reads.
  private final ListAppender<ILoggingEvent> lines =
      new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent event) {
          synchronized (this) {
            event.prepareForDeferredProcessing();
            super.append(event);
          }
        }
      };

  private final @Nullable Level before;

  /// @param origin whose lines, of every level: another test of this JVM may have set one
  public LoggedLines(Class<?> origin) {
    log = (Logger) LoggerFactory.getLogger(origin);
    before = log.getLevel();
    log.setLevel(Level.TRACE);
    lines.start();
    log.addAppender(lines);
  }

  /// The fields of the lines with this message.
  public List<Map<String, String>> of(String message) {
    synchronized (lines) {
      return new ArrayList<>(lines.list)
          .stream()
              .filter(line -> line.getFormattedMessage().equals(message))
              .map(ILoggingEvent::getMDCPropertyMap)
              .toList();
    }
  }

  @Override
  public void close() {
    log.detachAppender(lines);
    log.setLevel(before);
  }
}
