package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.WithBystander;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// Line breaks and escape characters in what clients send don't get into the log, which has one
/// line an event, even where everything is logged.
final class LogLinesTest extends WithBystander {
  private static final String LINE =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z (ERROR|WARN|INFO|DEBUG|TRACE) .*";

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Level before = root.getLevel();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final OutputStreamAppender<ILoggingEvent> copy = new OutputStreamAppender<>();

  /// Copies the log, as the server's own layout writes it.
  @BeforeEach
  void listen() {
    Appender<ILoggingEvent> console = root.iteratorForAppenders().next();
    copy.setContext(root.getLoggerContext());
    copy.setEncoder(((OutputStreamAppender<ILoggingEvent>) console).getEncoder());
    copy.setOutputStream(written);
    copy.start();
    root.addAppender(copy);
    root.setLevel(Level.DEBUG);
  }

  @AfterEach
  void listenNoMore() {
    root.setLevel(before);
    root.detachAppender(copy);
  }

  @Test
  void lineBreaksAndEscapesInNamesAreEscaped() {
    String forged = "\\r\\n2026-01-01T00:00:00Z INFO forged \\u001b[31m\\u0007\\u2028\\u009b";
    RawSocket socket = webSocket("mallory");
    socket.sendText(
        "{\"type\":\"chat\",\"sender\":\"%s\",\"message\":\"%s\"}".formatted(forged, forged));
    assertThat(bystander.hears()).contains("forged");
    for (String path :
        new String[] {
          "/ws/a%0D%0A2026-01-01T00:00:00Z%20INFO%20forged%1B%5B31m",
          "/static/%0D%0Aforged%1B%5B2J",
          "/\u001b[31mforged",
          "/x\rforged"
        }) {
      RawSocket asking = open();
      asking.send(
          "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nOrigin: \u001b]0;forged\u0007\r\n\r\n");
      asking.untilEnd();
    }
    socket.sendFrame(0x88, "\u0003\u00e8\r\nforged".getBytes(StandardCharsets.ISO_8859_1));
    socket.untilEnd();

    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> log().contains("Disconnected address=127.0.0.1 client=mallory "));
    assertThat(log().lines()).allMatch(line -> line.matches(LINE));
    assertThat(log().codePoints().filter(c -> c != '\n'))
        .noneMatch(c -> Character.isISOControl(c) || c == 0x2028);
  }

  private String log() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
