package dev.tertulia.server.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Who sends a request, as far as the network shows it.
///
/// @param address the address at the other end of the socket, and not one that a header names;
///   `null` if it is unknown
/// @param block the address to which what the request does is attributed
/// @param proxied whether the request has a sign of a proxy
public record Peer(@Nullable InetAddress address, AddressBlock block, boolean proxied) {
  /// The first 12 bytes of an IPv4 address that is written as an IPv6 address.
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private static final int IPV4_LOOPBACK = 127;

  /// A peer that sends its requests itself.
  public static Peer at(InetAddress address) {
    return new Peer(address, AddressBlock.of(address), false);
  }

  /// Whether the request comes from the machine of the server, as far as the network shows it.
  public boolean isLocal() {
    return !proxied && isLoopback(address);
  }

  private static boolean isLoopback(@Nullable InetAddress peer) {
    if (peer == null) {
      return false;
    }
    if (peer.isLoopbackAddress()) {
      return true;
    }
    byte[] address = peer.getAddress();
    return peer instanceof Inet6Address
        && Arrays.equals(address, 0, MAPPED.length, MAPPED, 0, MAPPED.length)
        && address[MAPPED.length] == IPV4_LOOPBACK;
  }
}
