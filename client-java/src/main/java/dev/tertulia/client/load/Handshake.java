package dev.tertulia.client.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The response of a server to a WebSocket handshake. All connections send the same key, since it
/// only proves that the server speaks WebSocket, for which one key is enough.
sealed interface Handshake {
  /// What the requests send as `Sec-WebSocket-Key`.
  String KEY = "dGVydHVsaWEtYmVuY2gtMQ==";

  /// Longest that the answer's head may be, and as much of a refusal's body as is waited for.
  int LONGEST = 16_384;

  /// It isn't whole yet.
  record Incomplete() implements Handshake {}

  /// The WebSocket is open.
  ///
  /// @param end where the first frame begins
  record Accepted(int end) implements Handshake {}

  /// It is not.
  ///
  /// @param why the status line, and the first line of what came with it
  record Refused(String why) implements Handshake {}

  Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ?[^\r\n]*");
  Pattern LENGTH = Pattern.compile("(?im)^content-length:\\s*(\\d{1,9})\\s*$");
  Pattern CHUNKED = Pattern.compile("(?im)^transfer-encoding:.*chunked");
  Pattern ACCEPT = Pattern.compile("(?im)^sec-websocket-accept:\\s*(\\S+)\\s*$");
  String ACCEPTED = acceptOf(KEY);

  /// Reads what lies between 0 and `to`.
  ///
  /// @param ended whether nothing more will come
  static Handshake read(ByteBuffer in, int to, boolean ended) {
    byte[] bytes = new byte[to];
    in.get(0, bytes);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int head = text.indexOf("\r\n\r\n");
    if (head < 0) {
      return to < LONGEST && !ended
          ? new Incomplete()
          : new Refused(
              to == 0 ? "closed without a response" : "not an HTTP response: " + line(text));
    }
    String fields = text.substring(0, head);
    Matcher status = STATUS.matcher(fields);
    if (!status.lookingAt()) {
      return new Refused("not an HTTP response: " + line(text));
    }
    if (!status.group(1).equals("101")) {
      return refusal(status.group(), fields, text.substring(head + 4), ended);
    }
    String accept = first(ACCEPT, fields);
    return ACCEPTED.equals(accept)
        ? new Accepted(head + 4)
        : new Refused("wrong Sec-WebSocket-Accept " + accept);
  }

  private static Handshake refusal(String status, String fields, String body, boolean ended) {
    String length = first(LENGTH, fields);
    int whole = length == null ? LONGEST : Math.min(LONGEST, Integer.parseInt(length));
    boolean chunked = CHUNKED.matcher(fields).find();
    boolean complete = body.length() >= whole || (chunked && body.contains("\r\n0\r\n"));
    if (!complete && !ended) {
      return new Incomplete();
    }
    // Before each chunk stands its size, on a line of its own.
    String content = chunked ? body.substring(body.indexOf('\n') + 1) : body;
    String said =
        line(new String(content.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    return new Refused(said.isEmpty() ? status : status + ": " + said);
  }

  private static String line(String text) {
    return text.strip().lines().findFirst().orElse("");
  }

  private static @Nullable String first(Pattern field, String fields) {
    Matcher found = field.matcher(fields);
    return found.find() ? found.group(1) : null;
  }

  private static String acceptOf(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      String both = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
      return Base64.getEncoder()
          .encodeToString(sha1.digest(both.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
