package dev.tertulia.server.auth.key;

import dev.tertulia.server.auth.AddressBlock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;

/// Counts the wrong API keys of each address. Safe for any thread; while no address has presented a
/// wrong key, nothing is locked.
///
/// The number of addresses is bounded: one more takes the place of the one that has failed the
/// longest time ago. So a peer with many addresses can make others be forgotten, but can't make
/// them be refused.
final class KeyFailures {
  /// The maximum number of addresses that are remembered.
  static final int MAX_ADDRESSES = 10_000;

  /// How many wrong keys an address may present at once.
  static final int BURST = 20;

  /// The time after which an address may present one more.
  static final Duration EACH = Duration.ofSeconds(3);

  private static final long EACH_NANOS = EACH.toNanos();

  /// When all failures of an address will be forgiven, in nanoseconds of a monotonic clock. The
  /// address with the newest failure is the last. Guarded by this.
  private final LinkedHashMap<AddressBlock, Long> forgivenAt = new LinkedHashMap<>();

  /// Whether `forgivenAt` has entries.
  private volatile boolean any;

  /// How long the next key of an address is not looked at, in nanoseconds; 0 if it is.
  long wait(AddressBlock address, long now) {
    if (!any) {
      return 0;
    }
    synchronized (this) {
      Long at = forgivenAt.get(address);
      return at == null ? 0 : Math.max(0, at - now - (BURST - 1) * EACH_NANOS);
    }
  }

  /// Counts a wrong key. An address that may not present one now owes nothing more.
  ///
  /// @return as [#wait] before
  synchronized long failed(AddressBlock address, long now) {
    long wait = wait(address, now);
    if (wait > 0) {
      return wait;
    }
    forget(now);
    Long before = forgivenAt.remove(address);
    long from = before == null || before - now < 0 ? now : before;
    forgivenAt.put(address, from + EACH_NANOS);
    any = true;
    return 0;
  }

  /// The number of addresses that are remembered.
  synchronized int addresses() {
    return forgivenAt.size();
  }

  /// Makes room for one more, and forgets those that failed so long ago that they are forgiven.
  private void forget(long now) {
    Iterator<Long> oldest = forgivenAt.values().iterator();
    while (oldest.hasNext() && (oldest.next() - now < 0 || forgivenAt.size() >= MAX_ADDRESSES)) {
      oldest.remove();
    }
    any = !forgivenAt.isEmpty();
  }
}
