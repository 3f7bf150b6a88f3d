package dev.tertulia.server.net.proxy;

import dev.tertulia.server.model.AddressRange;
import java.net.InetAddress;
import java.util.List;

/// The proxies that are believed when they say for whom they act. Immutable.
///
/// @param ranges their addresses
public record TrustedProxies(List<AddressRange> ranges) {
  /// No proxies.
  public static final TrustedProxies NONE = new TrustedProxies(List.of());

  public TrustedProxies {
    ranges = List.copyOf(ranges);
  }

  /// Whether a proxy is at `address`.
  public boolean contains(InetAddress address) {
    for (AddressRange range : ranges) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
