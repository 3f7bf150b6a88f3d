package dev.tertulia.server.auth;

import java.net.InetAddress;

/// Addresses that count as one: an IPv4 address, or an IPv6 network of 64 bits, since a peer with
/// one address of such a network can usually use all of them.
///
/// @param bits the bits of the address, or its first 64
public record AddressBlock(boolean version6, long bits) {
  /// The address of a socket that was closed before it was queried.
  public static final AddressBlock GONE = new AddressBlock(true, 0);

  private static final int LENGTH_OF_4 = 4;
  private static final int NETWORK_BYTES = 8;
  private static final int MAPPED_FROM = 12;

  /// The block that an address belongs to.
  public static AddressBlock of(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == LENGTH_OF_4) {
      return new AddressBlock(false, number(bytes, 0, LENGTH_OF_4));
    }
    if (isMapped(bytes)) {
      return new AddressBlock(false, number(bytes, MAPPED_FROM, bytes.length));
    }
    return new AddressBlock(true, number(bytes, 0, NETWORK_BYTES));
  }

  /// Whether it is a loopback address, or unknown.
  public boolean isLoopback() {
    return version6 ? bits == 0 : bits >>> 24 == 127;
  }

  /// Whether `bytes` are an IPv4-mapped IPv6 address (`::ffff:0:0/96`).
  private static boolean isMapped(byte[] bytes) {
    return number(bytes, 0, NETWORK_BYTES) == 0
        && number(bytes, NETWORK_BYTES, MAPPED_FROM) == 0xffff;
  }

  private static long number(byte[] bytes, int from, int to) {
    long number = 0;
    for (int i = from; i < to; i++) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return number;
  }
}
