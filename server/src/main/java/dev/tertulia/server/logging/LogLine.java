package dev.tertulia.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/// What a line of the log says, before it is escaped. Every part of it is bounded.
///
/// @param time in UTC, to the millisecond
/// @param part see [LogPart]
/// @param message may be empty if there are fields
/// @param fields in the order in which they are written; numbers, or texts
/// @param error a stack trace with line breaks; `null` for none
record LogLine(
    Instant time,
    String level,
    String part,
    String message,
    Map<String, Object> fields,
    @Nullable String error) {
  /// The maximum length of a message, in characters; what is longer ends with `…`.
  static final int MAX_MESSAGE = 4_096;

  /// The maximum length of the value of a field, in characters; what is longer ends with `…`.
  static final int MAX_VALUE = 256;

  /// The maximum number of fields; further ones are left out.
  static final int MAX_FIELDS = 32;

  /// The maximum length of the begin of a stack trace, in characters. What is longer continues with
  /// `…` and its end, where the first cause is.
  static final int MAX_ERROR_BEGIN = 12_288;

  /// The maximum length of the end of a stack trace whose middle is left out.
  static final int MAX_ERROR_END = 4_096;

  static LogLine of(ILoggingEvent event) {
    IThrowableProxy thrown = event.getThrowableProxy();
    return new LogLine(
        event.getInstant().truncatedTo(ChronoUnit.MILLIS),
        event.getLevel().toString(),
        LogPart.of(event.getLoggerName()),
        cut(event.getFormattedMessage(), MAX_MESSAGE),
        fields(event),
        thrown == null ? null : cutMiddle(ThrowableProxyUtil.asString(thrown).strip()));
  }

  /// What was added to the event, and then its [LogContext].
  private static Map<String, Object> fields(ILoggingEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> add(fields, pair.key, pair.value));
    }
    new TreeMap<>(event.getMDCPropertyMap()).forEach((name, value) -> add(fields, name, value));
    return fields;
  }

  private static void add(Map<String, Object> fields, String name, @Nullable Object value) {
    if (fields.size() < MAX_FIELDS) {
      fields.putIfAbsent(
          name, value instanceof Number ? value : cut(String.valueOf(value), MAX_VALUE));
    }
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, whole(text, max)) + "…";
  }

  private static String cutMiddle(String text) {
    if (text.length() <= MAX_ERROR_BEGIN + MAX_ERROR_END) {
      return text;
    }
    int begin = whole(text, MAX_ERROR_BEGIN);
    int end = whole(text, text.length() - MAX_ERROR_END);
    return text.substring(0, begin) + "…" + text.substring(end);
  }

  /// `at`, or one less if that is in the middle of a character.
  private static int whole(String text, int at) {
    return Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at)) ? at - 1 : at;
  }
}
