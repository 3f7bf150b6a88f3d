package dev.tertulia.server.net.tls;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.model.Limit;
import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Bounds the TLS handshakes in progress, in total and per address, because each holds some 50 KiB
/// of native memory that no other limit counts. Safe for any thread.
///
/// Beyond the bound of its address a socket is closed. Beyond the total the one whose handshake has
/// lasted longest is closed to make room: handshakes take a few round trips, so it is one that does
/// not proceed. Loopback has no bound of its own: it is the operator, or a proxy that acts for many
/// clients.
public final class TlsHandshakes {
  /// The maximum number in total.
  static final int MAX = 2048;

  /// The maximum number of one address, in IPv6 of one /64.
  static final int MAX_PER_ADDRESS = 256;

  private final int max;
  private final int maxPerAddress;
  private final RefusalLog dismissed;
  private final RefusalLog refused;

  /// The sockets with a handshake in progress, oldest first, and the addresses for which they
  /// count. Guarded by itself, as is [#byAddress].
  private final LinkedHashMap<Channel, AddressBlock> inProgress = new LinkedHashMap<>();

  private final Map<AddressBlock, Integer> byAddress = new HashMap<>();

  /// @param counters count the refusals among those of connections
  public TlsHandshakes(LimitCounters counters) {
    this(MAX, MAX_PER_ADDRESS, counters);
  }

  TlsHandshakes(int max, int maxPerAddress, LimitCounters counters) {
    this.max = max;
    this.maxPerAddress = maxPerAddress;
    dismissed =
        counters.log(
            Limit.CONNECTIONS,
            "Unfinished TLS handshakes are ended to make room for new ones: the limit is " + max);
    refused =
        counters.log(
            Limit.CONNECTIONS_PER_ADDRESS,
            "TLS handshakes are refused: the limit of unfinished ones for an address is "
                + maxPerAddress);
  }

  /// Begins a handshake. Its end must be reported with [#ended].
  ///
  /// @param address the address for which it counts; loopback has no bound of its own
  /// @return `false` if the socket must be closed
  public boolean begin(Channel socket, AddressBlock address) {
    Channel oldest = null;
    synchronized (inProgress) {
      if (!address.isLoopback()) {
        int others = byAddress.getOrDefault(address, 0);
        if (others >= maxPerAddress) {
          refused.add();
          return false;
        }
        byAddress.put(address, others + 1);
      }
      if (inProgress.size() >= max) {
        oldest = inProgress.firstEntry().getKey();
        remove(oldest);
      }
      inProgress.put(socket, address);
    }
    if (oldest != null) {
      dismissed.add();
      oldest.close();
    }
    return true;
  }

  /// Ends a handshake, whether it succeeded or not. May be repeated.
  public void ended(Channel socket) {
    synchronized (inProgress) {
      remove(socket);
    }
  }

  /// The number in progress.
  public int inProgress() {
    synchronized (inProgress) {
      return inProgress.size();
    }
  }

  private void remove(Channel socket) {
    AddressBlock address = inProgress.remove(socket);
    if (address != null) {
      byAddress.computeIfPresent(address, (block, count) -> count == 1 ? null : count - 1);
    }
  }
}
