package dev.tertulia.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import dev.tertulia.server.json.JsonText;
import java.util.Locale;
import java.util.Map;

/// Formats a log event as one line. Control characters are escaped, because parts of an event may
/// come from clients, which must not be able to forge log lines or control a terminal.
///
/// Lines for the systemd journal begin with a priority such as `<4>`, which the journal removes,
/// and lines of text for it have no time of their own. Safe for any thread.
final class LineLayout extends LayoutBase<ILoggingEvent> {
  private volatile LogSettings.Format format = LogSettings.Format.TEXT;
  private volatile boolean forJournal;

  /// Sets the form of all further lines.
  void format(LogSettings.Format newFormat) {
    format = newFormat;
  }

  /// Sets whether the systemd journal reads the lines.
  void forJournal(boolean newForJournal) {
    forJournal = newForJournal;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    LogLine line = LogLine.of(event);
    StringBuilder out = new StringBuilder(160);
    boolean journal = forJournal;
    if (journal) {
      out.append('<').append(priority(event.getLevel())).append('>');
    }
    switch (format) {
      case TEXT -> text(line, !journal, out);
      case JSON -> json(line, out);
    }
    return out.append('\n').toString();
  }

  private static void text(LogLine line, boolean withTime, StringBuilder out) {
    if (withTime) {
      out.append(line.time()).append(' ');
    }
    out.append(line.level());
    if (!line.message().isEmpty()) {
      out.append(' ');
      escape(line.message(), out);
    }
    if (!line.fields().isEmpty()) {
      out.append(' ');
      Logfmt.write(line.fields(), out);
    }
    if (line.error() != null) {
      out.append(" | ");
      escape(line.error(), out);
    }
  }

  private static void escape(String text, StringBuilder out) {
    out.append(Printable.line(text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")));
  }

  private static void json(LogLine line, StringBuilder out) {
    out.append("{\"time\":\"").append(line.time()).append('"');
    field("level", line.level().toLowerCase(Locale.ROOT), out);
    field("part", line.part(), out);
    if (!line.message().isEmpty()) {
      field("message", line.message(), out);
    }
    for (Map.Entry<String, Object> field : line.fields().entrySet()) {
      field(field.getKey(), field.getValue(), out);
    }
    if (line.error() != null) {
      field("error", line.error(), out);
    }
    out.append('}');
  }

  private static void field(String name, Object value, StringBuilder out) {
    out.append(',').append(JsonText.string(name)).append(':');
    if (value instanceof Number) {
      out.append(value);
    } else {
      out.append(Printable.json(JsonText.string(value.toString())));
    }
  }

  /// The priority of syslog(3).
  private static int priority(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> 3;
      case Level.WARN_INT -> 4;
      case Level.INFO_INT -> 6;
      default -> 7;
    };
  }
}
