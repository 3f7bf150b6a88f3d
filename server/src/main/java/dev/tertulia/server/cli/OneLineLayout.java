package dev.tertulia.server.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.temporal.ChronoUnit;

/// Formats a log event as one line. Control characters are escaped, because parts of an event may
/// come from clients, which must not be able to forge log lines or control a terminal.
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
    out.append(Printable.line(text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")));
  }
}
