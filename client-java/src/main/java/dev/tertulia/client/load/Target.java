package dev.tertulia.client.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The server address and the header fields of the handshake: the address is `ws://host:port/path`;
/// in the path and in the fields, `#` is replaced by the number of the connection.
///
/// @param url the address as it was given
/// @param host a name or an address; an IPv6 address without its brackets
/// @param request the whole handshake request
public record Target(String url, String host, int port, Template request) {
  private static final Pattern ADDRESS =
      Pattern.compile("(?i)(wss?)://(\\[[0-9a-f:.]+]|[^/?:#@\\[\\]]+)(?::(\\d{1,5}))?([/?].*)?");
  private static final Pattern FIELD_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final int HTTP_PORT = 80;

  /// Reads an address.
  ///
  /// @param url such as `ws://127.0.0.1:8000/ws/c#`
  /// @param fields more header fields of the handshake, each `NAME:VALUE`
  /// @throws CannotRunException if no connection could be asked for like this
  public static Target of(String url, List<String> fields) {
    Matcher address = ADDRESS.matcher(url);
    if (!address.matches() || !isVisibleAscii(url)) {
      throw new CannotRunException(
          "'%s' is not a WebSocket URL such as ws://127.0.0.1:8000/ws/c#".formatted(url));
    }
    if (address.group(1).equalsIgnoreCase("wss")) {
      throw new CannotRunException(
          "wss:// is not supported: give the ws:// URL behind the TLS proxy");
    }
    int port = address.group(3) == null ? HTTP_PORT : Integer.parseInt(address.group(3));
    if (port < 1 || port > 65_535) {
      throw new CannotRunException("invalid port " + port);
    }
    String host = address.group(2);
    String path = address.group(4) == null ? "/" : address.group(4);
    List<String> lines = new ArrayList<>();
    lines.add("GET " + (path.startsWith("?") ? "/" + path : path) + " HTTP/1.1");
    lines.add("Host: " + host + (port == HTTP_PORT ? "" : ":" + port));
    lines.add("Upgrade: websocket");
    lines.add("Connection: Upgrade");
    lines.add("Sec-WebSocket-Version: 13");
    lines.add("Sec-WebSocket-Key: " + Handshake.KEY);
    for (String field : fields) {
      lines.add(fieldLine(field));
    }
    Template request = Template.of(String.join("\r\n", lines) + "\r\n\r\n");
    return new Target(url, host.replaceAll("[\\[\\]]", ""), port, request);
  }

  private static String fieldLine(String field) {
    int colon = field.indexOf(':');
    String name = field.substring(0, Math.max(colon, 0));
    String value = field.substring(colon + 1).strip();
    if (!FIELD_NAME.matcher(name).matches() || value.chars().anyMatch(Character::isISOControl)) {
      throw new CannotRunException("'%s' is not a header field NAME:VALUE".formatted(field));
    }
    return name + ": " + value;
  }

  private static boolean isVisibleAscii(String text) {
    return StandardCharsets.US_ASCII.newEncoder().canEncode(text)
        && text.chars().allMatch(c -> c > ' ' && c != 0x7f);
  }
}
