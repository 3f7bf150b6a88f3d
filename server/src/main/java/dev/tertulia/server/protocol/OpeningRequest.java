package dev.tertulia.server.protocol;

import dev.tertulia.server.auth.Authentication;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The HTTP request with which a client opens a connection.
///
/// @param rawPath the path, beginning with `/`, as received; each character is a byte, see
///   [RawText]
/// @param rawQuery the part after the `?`, in the same form; empty for none
/// @param headers looks up a header by name; several values are joined as a list; `null` if there
///   is none
/// @param hasBody whether it has a body
/// @param authentication what is known of who makes it
public record OpeningRequest(
    String method,
    String rawPath,
    String rawQuery,
    Headers headers,
    boolean hasBody,
    Authentication.Decided authentication) {
  /// The headers of a request.
  @FunctionalInterface
  public interface Headers {
    @Nullable String get(String name);
  }

  /// The same request, of which more is known.
  public OpeningRequest with(Authentication.Decided known) {
    return new OpeningRequest(method, rawPath, rawQuery, headers, hasBody, known);
  }

  /// The value of a header; empty if there is none.
  public String header(String name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }

  /// The subprotocols of WebSocket that the client offers, in its order of preference.
  public List<String> subprotocols() {
    List<String> names = new ArrayList<>();
    for (String name : header("Sec-WebSocket-Protocol").split(",", -1)) {
      if (!name.isBlank()) {
        names.add(name.strip());
      }
    }
    return names;
  }

  /// The values of one field of the query, as received; that of a field without a `=` is empty.
  public List<String> rawValues(String name) {
    List<String> values = new ArrayList<>();
    for (String field : rawQuery.split("&", -1)) {
      int equals = field.indexOf('=');
      if ((equals < 0 ? field : field.substring(0, equals)).equals(name)) {
        values.add(field.substring(equals < 0 ? field.length() : equals + 1));
      }
    }
    return values;
  }
}
