package dev.tertulia.server.badinput;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.code_intelligence.jazzer.api.BugDetectors;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// The target of the fuzzer: a real server receives the input over a real socket, followed by the
/// end of the stream.
///
/// Whatever the input, every answer is HTTP, has a status below 500 (or 501 and 503, which refer to
/// the request or the moment), has the announced length and is followed by another answer or the
/// end; the server logs no error and keeps answering others.
public final class HttpTarget {
  /// How often it is asked whether it still answers others, in inputs.
  private static final int HOW_OFTEN = 500;

  private static final AtomicReference<@Nullable String> ERROR = new AtomicReference<>();
  private static final TestServer SERVER =
      TestServer.start(
          Map.of(
              Setting.TRANSPORT, "nio",
              Setting.ROOMS, "[{name: '*', kind: memory}]",
              Setting.NOTIFICATIONS_PER_INBOX, "100"));

  private static boolean isWatched;
  private static int count;

  static {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ErrorTrap trap = new ErrorTrap();
    trap.setContext(root.getLoggerContext());
    trap.start();
    root.addAppender(trap);
  }

  private HttpTarget() {}

  /// Keeps the first error that the server logs.
  private static final class ErrorTrap extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
        ERROR.compareAndSet(null, event.getFormattedMessage());
      }
    }
  }

  /// Called by name, once, by Jazzer, which watches what the target does.
  public static void fuzzerInitialize() {
    isWatched = true;
  }

  /// Called by name, again and again.
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (isWatched) {
      BugDetectors.allowNetworkConnections((host, port) -> port == SERVER.port());
    }
    check(input, exchange(input));
    if (++count % HOW_OFTEN == 0) {
      for (String path : new String[] {"/health/live", "/api/v1/rooms/r/messages", "/"}) {
        String answer = exchange(request(path));
        if (!answer.startsWith("HTTP/1.1 200 ")) {
          throw new AssertionError(path + " is answered with " + answer);
        }
      }
    }
    String error = ERROR.get();
    if (error != null) {
      throw new AssertionError("logged: " + error);
    }
  }

  private static byte[] request(String path) {
    return "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        .formatted(path)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /// Sends `input` and the end.
  ///
  /// @return what came back, a byte each character; of what has no end, its head
  private static String exchange(byte[] input) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), SERVER.port())) {
      socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
      try {
        OutputStream out = socket.getOutputStream();
        out.write(input);
        socket.shutdownOutput();
      } catch (SocketException closedBefore) {
        // What was answered before that can be read, or is lost with a reset.
      }
      return read(socket.getInputStream());
    }
  }

  private static String read(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] piece = new byte[8192];
    try {
      int length;
      while ((length = in.read(piece)) >= 0) {
        all.write(piece, 0, length);
        String text = all.toString(StandardCharsets.ISO_8859_1);
        if (hasNoEnd(text)) {
          return text;
        }
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither an answer nor an end, but " + all, e);
    } catch (SocketException reset) {
      return "";
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  private static boolean hasNoEnd(String text) {
    int last = text.lastIndexOf("HTTP/1.1 ");
    int end = last < 0 ? -1 : text.indexOf("\r\n\r\n", last);
    if (end < 0) {
      return false;
    }
    String head = text.substring(last, end);
    return head.startsWith("HTTP/1.1 101 ") || head.contains("text/event-stream");
  }

  private static void check(byte[] input, String answers) {
    int at = 0;
    while (at < answers.length()) {
      int end = answers.indexOf("\r\n\r\n", at);
      String head = end < 0 ? answers.substring(at) : answers.substring(at, end);
      if (end < 0 || !head.matches("(?s)HTTP/1\\.1 [1-5]\\d\\d [^\r\n]*(\r\n[^\r\n]*)*")) {
        throw new AssertionError("not an answer: " + head);
      }
      int status = Integer.parseInt(head.substring(9, 12));
      if (status >= 500 && status != 501 && status != 503) {
        throw new AssertionError("failed: " + answers.substring(at));
      }
      if (hasNoEnd(head + "\r\n\r\n")) {
        return;
      }
      int length = status < 200 || status == 204 || status == 304 ? 0 : length(head);
      if (hasHead(input)) {
        // Answers to HEAD say how long what they don't have would be.
        return;
      }
      at = end + 4 + length;
      if (at > answers.length()) {
        throw new AssertionError("shorter than it says: " + head);
      }
    }
  }

  private static int length(String head) {
    for (String field : head.split("\r\n", -1)) {
      if (field.regionMatches(true, 0, "content-length: ", 0, 16)) {
        return Integer.parseInt(field.substring(16));
      }
    }
    throw new AssertionError("an answer without its length: " + head);
  }

  private static boolean hasHead(byte[] input) {
    return new String(input, StandardCharsets.ISO_8859_1).contains("HEAD");
  }
}
