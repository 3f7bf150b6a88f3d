package dev.tertulia.server.model;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An IP address, or a range of them in the notation of CIDR, such as `10.0.0.0/8`. Immutable.
///
/// An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) is the IPv4 address that it contains.
public final class AddressRange {
  private static final int MAX_TEXT = 64;

  private final byte[] first;
  private final int bits;

  private AddressRange(byte[] first, int bits) {
    this.first = first;
    this.bits = bits;
  }

  /// Parses an address or a range; `null` if `text` is neither.
  public static @Nullable AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
    if (address == null) {
      return null;
    }
    byte[] bytes = address.getAddress();
    int length = bytes.length * Byte.SIZE;
    if (slash < 0) {
      return new AddressRange(bytes, length);
    }
    String prefix = text.substring(slash + 1);
    if (!DecimalText.isNumber(prefix, 3) || Integer.parseInt(prefix) > length) {
      return null;
    }
    AddressRange range = new AddressRange(bytes, Integer.parseInt(prefix));
    // 10.0.0.1/8 is more likely a mistake than a range.
    return range.isFirst() ? range : null;
  }

  /// Parses an address, without brackets and without asking any name server; `null` if `text` is
  /// none.
  public static @Nullable InetAddress address(String text) {
    if (text.isEmpty() || text.length() > MAX_TEXT || text.startsWith("[")) {
      return null;
    }
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    if (bytes == null) {
      return null;
    }
    try {
      // Makes an IPv4 address of a mapped one.
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /// Whether `address` is in this range.
  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length != first.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    int rest = bits % Byte.SIZE;
    return Arrays.equals(bytes, 0, whole, first, 0, whole)
        && (rest == 0 || ((bytes[whole] ^ first[whole]) & 0xff) >>> (Byte.SIZE - rest) == 0);
  }

  private boolean isFirst() {
    for (int bit = bits; bit < first.length * Byte.SIZE; bit++) {
      if ((first[bit / Byte.SIZE] >> (Byte.SIZE - 1 - bit % Byte.SIZE) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AddressRange that
        && bits == that.bits
        && Arrays.equals(first, that.first);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(first) * 31 + bits;
  }

  @Override
  public String toString() {
    return NetUtil.bytesToIpAddress(first) + "/" + bits;
  }
}
