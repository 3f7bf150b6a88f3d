package dev.tertulia.server.net;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Which protocols a client says in its handshake that it speaks: the base protocol always, and the
/// full one if it offers the subprotocol [#FULL] or asks for it with `?v=1`.
///
/// @param subprotocol it offered [#FULL], and is to be told that it was taken
/// @param version it asked for version 1 in the address
record ProtocolOffer(boolean subprotocol, boolean version) {
  /// The full protocol's name as a subprotocol.
  static final String FULL = "tertulia.1";

  private static final String VERSION = "1";
  private static final String VERSION_FIELD = "v";

  /// What the request offers, if [#subprotocols] are sound and so is the version.
  static ProtocolOffer of(FullHttpRequest request) {
    return new ProtocolOffer(
        subprotocols(request).contains(FULL), versions(request.uri()).contains(VERSION));
  }

  boolean wantsFull() {
    return subprotocol || version;
  }

  /// Whether what is offered as subprotocols is nothing, or a list of different tokens (RFC 6455,
  /// section 4.1). A list may have empty places, and must have others too.
  static boolean hasSoundSubprotocols(FullHttpRequest request) {
    List<String> names = subprotocols(request);
    boolean offered = request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    return offered != names.isEmpty()
        && names.stream().allMatch(ExtensionOffer::isToken)
        && new HashSet<>(names).size() == names.size();
  }

  /// Whether the address asks for no version, or once for one that there is.
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

  /// The values of the field `v`, as they stand in the address. The rest of the query is not looked
  /// at, and may be anything.
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
