package dev.tertulia.server.testing;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/// The address of this machine in a network: to a server, requests that come by it are not from the
/// machine itself.
public final class NetworkAddress {
  private NetworkAddress() {}

  /// Its first one.
  ///
  /// @throws AssertionError if the machine has only loopback
  public static InetAddress own() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
          .findFirst()
          .orElseThrow(() ->
              new AssertionError(
                  "this machine has only loopback: give it an address, such as by"
                      + " 'ip link add net0 type dummy; ip addr add 192.0.2.1/24 dev net0'"));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }
}
