package dev.tertulia.server.auth;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Who sends a request, as far as the network shows it.
///
/// @param address the address at the other end of the socket, and not one that a header names;
///   `null` if it is unknown
/// @param block the address to which what the request does is attributed
/// @param proxied whether the request has a sign of a proxy
public record Peer(@Nullable InetAddress address, AddressBlock block, boolean proxied) {
  /// A peer that sends its requests itself.
  public static Peer at(InetAddress address) {
    return new Peer(address, AddressBlock.of(address), false);
  }
}
