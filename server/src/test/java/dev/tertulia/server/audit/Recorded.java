package dev.tertulia.server.audit;

import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.logging.Logfmt;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.LoggerFactory;

/// What servers of this process have recorded for operators, read from the log.
public final class Recorded implements AutoCloseable {
  private final Logger log = (Logger) LoggerFactory.getLogger("audit");

  /// Guarded by itself: loggers append while the test reads.
  private final ListAppender<ILoggingEvent> lines =
      new ListAppender<>() {
        @Override
        protected void append(ILoggingEvent event) {
          synchronized (this) {
            super.append(event);
          }
        }
      };

  public Recorded() {
    lines.start();
    log.addAppender(lines);
  }

  /// The lines so far that contain all of these texts.
  public List<String> lines(String... texts) {
    List<ILoggingEvent> all;
    synchronized (lines) {
      all = new ArrayList<>(lines.list);
    }
    return all.stream()
        .map(Recorded::text)
        .filter(line -> List.of(texts).stream().allMatch(line::contains))
        .toList();
  }

  private static String text(ILoggingEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    event.getKeyValuePairs().forEach(pair -> fields.put(pair.key, pair.value));
    return Logfmt.of(fields);
  }

  /// Waits for a line that contains all of these texts.
  public String awaitLine(String... texts) {
    await().atMost(TestServer.PATIENCE).until(() -> !lines(texts).isEmpty());
    return lines(texts).getFirst();
  }

  @Override
  public void close() {
    log.detachAppender(lines);
  }
}
