package dev.tertulia.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.testing.Seeded;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// A log line.
final class LineLayoutTest {
  private static final Instant TIME = Instant.parse("2026-11-23T10:00:00.123456Z");

  /// What a terminal must not get: line breaks, controls, marks of direction, halves of characters.
  private static final String HOSTILE =
      "a\r\nb\tc\u001b[31m\u0007\0\u007f\u009b\u0085\u2028\u2029\u202e\u200b\"\\😀";

  private final LoggerContext context = new LoggerContext();
  private final LineLayout layout = new LineLayout();

  private LoggingEvent event(String logger, String message, @Nullable Throwable thrown) {
    return event(logger, message, thrown, Map.of());
  }

  private LoggingEvent event(
      String logger, String message, @Nullable Throwable thrown, Map<String, String> work) {
    LoggingEvent event =
        new LoggingEvent("", context.getLogger(logger), Level.WARN, message, thrown, null);
    event.setInstant(TIME);
    event.setMDCPropertyMap(work);
    return event;
  }

  private String line(String message, @Nullable Throwable thrown) {
    return layout.doLayout(event("dev.tertulia.server.net.tls.CertificateFiles", message, thrown));
  }

  private static Map<String, Object> parsed(String line) {
    assertThat(line).matches("[^\\n]*\\n");
    Map<String, Object> fields = new LinkedHashMap<>();
    byte[] text = line.getBytes(StandardCharsets.UTF_8);
    try (JsonParser parser = JsonText.parser(text)) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        Object value =
            parser.nextToken() == JsonToken.VALUE_STRING
                ? parser.getString()
                : (Object) parser.getLongValue();
        assertThat(fields.put(name, value)).as("one value of %s", name).isNull();
      }
      assertThat(parser.nextToken()).isNull();
    }
    return fields;
  }

  @Test
  void aLineHasTimeLevelAndMessage() {
    assertThat(line("hola, señora", null))
        .isEqualTo("2026-11-23T10:00:00.123Z WARN hola, señora\n");
    layout.format(LogSettings.Format.JSON);
    assertThat(line("hola, señora", null))
        .isEqualTo(
            "{\"time\":\"2026-11-23T10:00:00.123Z\",\"level\":\"warn\",\"part\":\"net\","
                + "\"message\":\"hola, señora\"}\n");
  }

  @Test
  void lineBreaksAndControlCharactersAreEscaped() {
    assertThat(line(HOSTILE, null))
        .isEqualTo(
            "2026-11-23T10:00:00.123Z WARN a\\r\\nb\\tc\\u001b[31m\\u0007\\u0000\\u007f\\u009b"
                + "\\u0085\\u2028\\u2029\\u202e\\u200b\"\\😀\n");
  }

  @Test
  void nothingEscapesFromAJsonString() {
    layout.format(LogSettings.Format.JSON);
    LoggingEvent event = event("audit", HOSTILE + "\ud800", new IllegalStateException(HOSTILE));
    event.addKeyValuePair(new KeyValuePair("client", HOSTILE));
    event.addKeyValuePair(new KeyValuePair("status", 201));
    String line = layout.doLayout(event);
    assertThat(line.strip().codePoints()).noneMatch(Printable::isUnfit);
    Map<String, Object> fields = parsed(line);
    assertThat(fields.keySet())
        .containsExactly("time", "level", "part", "message", "client", "status", "error");
    assertThat(fields.get("client")).isEqualTo(HOSTILE);
    assertThat(fields.get("status")).isEqualTo(201L);
    assertThat(fields.get("error")).asString().contains(HOSTILE + "\n\tat dev.tertulia");
  }

  @Test
  void fieldsFollowTheMessage() {
    LoggingEvent event =
        event("dev.tertulia.server.Server", "Connected", null, Map.of("connection", "7f"));
    event.addKeyValuePair(new KeyValuePair("client", "ana"));
    event.addKeyValuePair(new KeyValuePair("room", "with space\n"));
    assertThat(layout.doLayout(event))
        .isEqualTo(
            "2026-11-23T10:00:00.123Z WARN Connected client=ana room=\"with space\\n\""
                + " connection=7f\n");
    layout.format(LogSettings.Format.JSON);
    assertThat(parsed(layout.doLayout(event)))
        .containsEntry("part", "server")
        .containsEntry("client", "ana")
        .containsEntry("room", "with space\n")
        .containsEntry("connection", "7f");
  }

  @Test
  void anEventWithoutMessageIsItsFields() {
    LoggingEvent event = event("audit", "", null);
    event.addKeyValuePair(new KeyValuePair("audit", "refused"));
    assertThat(layout.doLayout(event)).isEqualTo("2026-11-23T10:00:00.123Z WARN audit=refused\n");
    layout.format(LogSettings.Format.JSON);
    assertThat(parsed(layout.doLayout(event)))
        .doesNotContainKey("message")
        .containsEntry("audit", "refused");
  }

  @Test
  void anExceptionIsOnTheSameLine() {
    assertThat(line("failed", new IllegalStateException("because\nof \u001b")))
        .startsWith(
            "2026-11-23T10:00:00.123Z WARN failed | java.lang.IllegalStateException: because\\nof"
                + " \\u001b\\n\\tat ")
        .matches("[^\\n]*\\n");
  }

  @Test
  void theJournalGetsAPriorityInPlaceOfATime() {
    layout.forJournal(true);
    assertThat(line("hola", null)).isEqualTo("<4>WARN hola\n");
    layout.format(LogSettings.Format.JSON);
    assertThat(line("hola", null)).startsWith("<4>{\"time\":\"2026-11-23T10:00:00.123Z\"");
  }

  @ParameterizedTest
  @CsvSource({"ERROR,3", "WARN,4", "INFO,6", "DEBUG,7", "TRACE,7"})
  void aPriorityIsThatOfSyslog(String level, int priority) {
    layout.forJournal(true);
    LoggingEvent event =
        new LoggingEvent("", context.getLogger("test"), Level.toLevel(level), "hola", null, null);
    event.setMDCPropertyMap(Map.of());
    assertThat(layout.doLayout(event)).isEqualTo("<%s>%s hola\n".formatted(priority, level));
  }

  @ParameterizedTest
  @EnumSource
  void everyPartOfALineIsBounded(LogSettings.Format format) {
    layout.format(format);
    RuntimeException deepest = new IllegalArgumentException("the first cause");
    RuntimeException thrown = deepest;
    for (int i = 0; i < 300; i++) {
      thrown = new IllegalStateException("y".repeat(1_000), thrown);
    }
    LoggingEvent event = event("test", "x".repeat(LogLine.MAX_MESSAGE - 1) + "😀", thrown);
    for (int i = 0; i < 1_000; i++) {
      event.addKeyValuePair(new KeyValuePair("f" + i, "z".repeat(10_000)));
    }
    String line = layout.doLayout(event);
    int most =
        LogLine.MAX_MESSAGE
            + LogLine.MAX_FIELDS * (LogLine.MAX_VALUE + 20)
            + LogLine.MAX_ERROR_BEGIN
            + LogLine.MAX_ERROR_END;
    // Line breaks and tabs take two characters each.
    assertThat(line.length()).isBetween(most / 2, most * 9 / 8);
    assertThat(line).contains("x…", "z…").contains("the first cause");
  }

  /// Whatever is logged is one line, which a parser of JSON reads as it was.
  @Test
  void anyTextIsOneLine() {
    RandomGenerator random = Seeded.print().random();
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = 1 + random.nextInt(12); length > 0; length--) {
        text.appendCodePoint(random.nextInt(random.nextBoolean() ? 0x80 : 0xd800));
      }
      layout.format(LogSettings.Format.JSON);
      String json = line(text.toString(), null);
      assertThat(parsed(json)).containsEntry("message", text.toString());
      layout.format(LogSettings.Format.TEXT);
      String plain = line(text.toString(), null);
      assertThat(plain.strip().codePoints()).noneMatch(Character::isISOControl);
      assertThat(plain).endsWith("\n");
    }
  }
}
