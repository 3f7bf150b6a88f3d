package dev.tertulia.server.cli;

import java.util.Locale;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.temporal.ChronoUnit;

/// An event as one line of text, whatever it holds: what clients send may be part of it, so control
/// characters are written as escapes, and a log can't be forged or a terminal driven from outside.
final class OneLineLayout extends LayoutBase<ILoggingEvent> {
  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    line.append(event.getInstant().truncatedTo(ChronoUnit.MILLIS))
        .append(' ')
        .append(event.getLevel())
        .append(' ');
    escape(event.getFormattedMessage(), line);
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      line.append(" | ");
      escape(ThrowableProxyUtil.asString(thrown).strip(), line);
    }
    return line.append('\n').toString();
  }

  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (Character.isISOControl(c) || isFormat(c)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
  }

  /// Line separators, and marks that turn the direction of text around.
  private static boolean isFormat(char c) {
    int type = Character.getType(c);
    return type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }
}
