package dev.tertulia.server.http;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.protocol.RawText;
import org.jspecify.annotations.Nullable;

/// An HTTP request that has passed the checks of the network layer.
///
/// @param rawPath the path, beginning with `/`, as received; each character is a byte, see
///   [RawText]
/// @param rawQuery the part after the `?`, in the same form; empty for none
/// @param headers looks up a header by name; several values are joined as a list; `null` if there
///   is none
/// @param body the body, of bounded size; empty for none. Must not be modified
/// @param from who sends it
/// @param authentication what is known of who makes it
public record Request(
    String method,
    String rawPath,
    String rawQuery,
    Headers headers,
    byte[] body,
    Peer from,
    Authentication.Decided authentication) {
  /// The headers of a request.
  @FunctionalInterface
  public interface Headers {
    @Nullable String get(String name);
  }

  /// The same request, of which more is known.
  public Request with(Authentication.Decided known) {
    return new Request(method, rawPath, rawQuery, headers, body, from, known);
  }

  /// Whether it is made on the machine of the server, and not by a page of another name that points
  /// at this machine.
  public boolean isLocal() {
    return from.isLocal() && NetworkGate.isLoopback(header("Host"));
  }

  /// The value of a header; empty if there is none.
  public String header(String name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }
}
