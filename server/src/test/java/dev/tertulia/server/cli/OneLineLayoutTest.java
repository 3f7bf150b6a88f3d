package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A log line.
final class OneLineLayoutTest {
  private final Logger logger = new LoggerContext().getLogger("test");

  @Test
  void aLineHasTimeLevelAndMessage() {
    assertThat(line("hola, señora", null))
        .isEqualTo("2026-11-23T10:00:00.123Z WARN hola, señora\n");
  }

  @Test
  void lineBreaksAndControlCharactersAreEscaped() {
    assertThat(
            line("a\r\nb\tc\u001b[31m\u0007\0\u007f\u009b\u0085\u2028\u2029\u202e\u200b😀", null))
        .isEqualTo(
            "2026-11-23T10:00:00.123Z WARN a\\r\\nb\\tc\\u001b[31m\\u0007\\u0000\\u007f\\u009b"
                + "\\u0085\\u2028\\u2029\\u202e\\u200b😀\n");
  }

  @Test
  void anExceptionIsOnTheSameLine() {
    assertThat(line("failed", new IllegalStateException("because\nof \u001b")))
        .startsWith(
            "2026-11-23T10:00:00.123Z WARN failed | java.lang.IllegalStateException: because\\nof"
                + " \\u001b\\n\\tat ")
        .matches("[^\\n]*\\n");
  }

  private String line(String message, @Nullable Throwable thrown) {
    LoggingEvent event = new LoggingEvent("", logger, Level.WARN, message, thrown, null);
    event.setInstant(Instant.parse("2026-11-23T10:00:00.123456Z"));
    return new OneLineLayout().doLayout(event);
  }
}
