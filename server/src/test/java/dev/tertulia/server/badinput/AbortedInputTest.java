package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/// A client may break off any input at any point and in any way: nothing is logged that would alert
/// an operator, and nothing is left behind.
final class AbortedInputTest {
  private static final List<byte[]> WHOLE =
      List.of(
          ascii("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"),
          ascii(
              """
              POST /api/v1/rooms/a/messages HTTP/1.1
              Host: localhost
              Content-Type: text/plain
              Transfer-Encoding: chunked

              2
              hi
              0

              """),
          ascii(
              """
              GET /api/v1/stream?rooms=a HTTP/1.1
              Host: localhost
              Accept: text/event-stream

              """),
          webSocket());

  /// How it breaks off.
  private enum End {
    /// It sends nothing more, and takes what it is answered.
    HALF_CLOSE {
      @Override
      void end(Socket socket) throws IOException {
        socket.shutdownOutput();
        // A stream goes on.
        socket.setSoTimeout(50);
        byte[] ignored = new byte[4096];
        try {
          while (socket.getInputStream().read(ignored) >= 0) {
            // It is taken.
          }
        } catch (IOException endedOtherwise) {
          // That is as good.
        }
        socket.close();
      }
    },
    CLOSE {
      @Override
      void end(Socket socket) throws IOException {
        socket.close();
      }
    },
    RESET {
      @Override
      void end(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    };

    abstract void end(Socket socket) throws IOException;
  }

  private static byte[] ascii(String text) {
    return text.replace("\r", "").replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] webSocket() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(
        ascii(
            """
            GET /ws/ana HTTP/1.1
            Host: localhost
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Version: 13

            """));
    return all.toByteArray();
  }

  /// Two frames, for behind the handshake's answer.
  private static byte[] frames() {
    return new byte[] {
      (byte) 0x81, (byte) 0x82, 0, 0, 0, 0, '{', '}', (byte) 0x89, (byte) 0x80, 0, 0, 0, 0
    };
  }

  static Stream<IoTransport> available() {
    return Arrays.stream(IoTransport.values()).filter(IoTransport::isAvailable);
  }

  @ParameterizedTest
  @MethodSource("available")
  void anAbortAtAnyPointLogsNoWarningAndLeavesNothing(IoTransport ioTransport) throws IOException {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.setContext(root.getLoggerContext());
    log.start();
    root.addAppender(log);
    Map<Setting, String> settings =
        Map.of(
            Setting.TRANSPORT,
            ioTransport.label(),
            // No deadline is to find what the end of a socket should have told.
            Setting.LIMITS_HANDSHAKE_TIMEOUT,
            "10m",
            Setting.HEARTBEAT_INTERVAL,
            "10m",
            Setting.HEARTBEAT_TIMEOUT,
            "20m");
    try (TestServer server = TestServer.start(settings)) {
      for (End end : End.values()) {
        for (byte[] whole : WHOLE) {
          // A step of a prime number: over time each byte has been the last.
          for (int length = 0; length < whole.length; length += 7) {
            breakOff(server, whole, length, new byte[0], 0, end);
          }
          breakOff(server, whole, whole.length, new byte[0], 0, end);
        }
        for (int length = 0; length <= frames().length; length++) {
          breakOff(server, webSocket(), webSocket().length, frames(), length, end);
        }
      }
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(
              () -> assertThat(server.server().openSockets()).as("sockets left").isZero());
    } finally {
      root.detachAppender(log);
    }
    List<String> wrong = new ArrayList<>();
    for (ILoggingEvent event : List.copyOf(log.list)) {
      if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
        wrong.add(
            event.toString()
                + (event.getThrowableProxy() == null
                    ? ""
                    : " " + event.getThrowableProxy().getMessage()));
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static void breakOff(
      TestServer server, byte[] first, int length, byte[] then, int thenLength, End end)
      throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
      socket.getOutputStream().write(first, 0, length);
      if (thenLength > 0) {
        int read = socket.getInputStream().read();
        assertThat(read).as("the handshake is answered").isEqualTo('H');
        socket.getOutputStream().write(then, 0, thenLength);
      }
      end.end(socket);
    }
  }
}
