package dev.tertulia.server.net.websocket;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// The protocols that a client offers in its handshake: always the base protocol, and the full one
/// if it offers the subprotocol [#FULL] or requests `?v=1`.
///
/// @param subprotocol whether it offered [#FULL], so that the answer must confirm it
/// @param version whether it requested version 1 in the address
public record ProtocolOffer(boolean subprotocol, boolean version) {
  /// The full protocol's name as a subprotocol.
  public static final String FULL = "tertulia.1";

  private static final String VERSION = "1";
  private static final String VERSION_FIELD = "v";

  /// The offer of a request with valid [#subprotocols] and a valid version.
  public static ProtocolOffer of(FullHttpRequest request) {
    return new ProtocolOffer(
        subprotocols(request).contains(FULL), versions(request.uri()).contains(VERSION));
  }

  public boolean wantsFull() {
    return subprotocol || version;
  }

  /// Whether the offered subprotocols are absent, or a list of distinct tokens (RFC 6455, section
  /// 4.1). A list may have empty elements, but must have others too.
  static boolean hasSoundSubprotocols(FullHttpRequest request) {
    List<String> names = subprotocols(request);
    boolean offered = request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    return offered != names.isEmpty()
        && names.stream().allMatch(ExtensionOffer::isToken)
        && new HashSet<>(names).size() == names.size();
  }

  /// Whether the address requests no version, or exactly one that is supported.
  static boolean hasKnownVersion(FullHttpRequest request) {
    List<String> versions = versions(request.uri());
    return versions.isEmpty() || versions.equals(List.of(VERSION));
  }

  /// The names in all `Sec-WebSocket-Protocol` header fields, as one list.
  private static List<String> subprotocols(FullHttpRequest request) {
    List<String> names = new ArrayList<>();
    for (String field : request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String name : field.split(",", -1)) {
        if (!name.isBlank()) {
          names.add(name.strip());
        }
      }
    }
    return names;
  }

  /// The values of the field `v`, as they appear in the address. The rest of the query is ignored.
  private static List<String> versions(String uri) {
    List<String> values = new ArrayList<>();
    int query = uri.indexOf('?');
    String fields = query < 0 ? "" : uri.substring(query + 1);
    for (String field : fields.split("&", -1)) {
      int equals = field.indexOf('=');
      if ((equals < 0 ? field : field.substring(0, equals)).equals(VERSION_FIELD)) {
        values.add(field.substring(equals < 0 ? field.length() : equals + 1));
      }
    }
    return values;
  }
}
