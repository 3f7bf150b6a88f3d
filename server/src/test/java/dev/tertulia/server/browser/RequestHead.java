package dev.tertulia.server.browser;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The head of an HTTP/1.1 request, as it came, with the empty line.
record RequestHead(String text) {
  private static final int MOST_BYTES = 65_536;
  private static final Pattern LENGTH = Pattern.compile("\ncontent-length: *(\\d+)");

  /// Reads the next one of a connection; `null` at its end.
  static @Nullable RequestHead read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (head.size() < MOST_BYTES) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.write(next);
      if (next == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        return new RequestHead(head.toString(StandardCharsets.ISO_8859_1));
      }
    }
    throw new IOException("The head of a request is longer than " + MOST_BYTES);
  }

  /// The target of the request, such as `/ws?v=1`.
  String target() {
    return text.split(" ", 3)[1];
  }

  boolean isWebSocket() {
    return text.toLowerCase(Locale.ROOT).contains("\nupgrade: websocket");
  }

  /// The number of bytes of its body.
  int length() {
    Matcher length = LENGTH.matcher(text.toLowerCase(Locale.ROOT));
    return length.find() ? Integer.parseInt(length.group(1)) : 0;
  }

  byte[] bytes() {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
