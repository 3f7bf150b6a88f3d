package dev.tertulia.server.net.loop;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.model.Limit;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The memory of messages and requests that have not arrived completely, bounded in total, per
/// address and per client. Requests that wait for their answer count too.
///
/// Beyond a bound every loop is asked to drop the largest of them, down to seven eighths of the
/// bound. Those smaller than the average stay, so an ordinary sender is not disturbed by senders of
/// large messages that never end.
///
/// # Concurrency
///
/// Safe for any thread. There is an account for an address and for a client only while it has a
/// [PartialInput] of more than [#FREE_BYTES].
public final class InboundBudget {
  /// What a socket may hold without being charged: the beginning of an ordinary message whose rest
  /// comes with the next packet.
  static final int FREE_BYTES = 1024;

  private static final int MOST_LOOPS = Long.SIZE;

  private final Bounds bounds;
  private final Account all;
  private final ConcurrentHashMap<Object, Account> byOwner = new ConcurrentHashMap<>();
  private final List<PartialInputs> loops = new CopyOnWriteArrayList<>();
  private final RefusalLog dropped;

  /// The bounds, in bytes.
  ///
  /// @param total for all sockets together
  /// @param perAddress for those of one address, in IPv6 of one /64
  /// @param perClient for those of one client
  public record Bounds(long total, long perAddress, long perClient) {}

  /// The charges of one address, of one client, or of all.
  static final class Account {
    private final @Nullable Object owner;
    private final long bound;
    private final AtomicLong used = new AtomicLong();

    /// The part of the charges that is complete and so can't be dropped, and the number of such
    /// parts.
    private final AtomicLong whole = new AtomicLong();

    private final AtomicInteger wholeParts = new AtomicInteger();

    /// The number of parts. Changed within `compute` of the map, except for the account of all.
    private final AtomicInteger parts = new AtomicInteger();

    /// The loops that were asked for relief and have not started with it, one bit each.
    private final AtomicLong asked = new AtomicLong();

    private Account(@Nullable Object owner, long bound) {
      this.owner = owner;
      this.bound = bound;
    }

    boolean isExceeded() {
      return used.get() > bound;
    }

    /// Whether enough has been dropped.
    boolean isRelieved() {
      return used.get() <= bound - bound / 8;
    }

    /// The average size of a part that may be dropped.
    long average() {
      return (used.get() - whole.get()) / Math.max(1, parts.get() - wholeParts.get());
    }

    /// Charges complete input.
    void chargeWhole(int bytes, int more) {
      whole.addAndGet(bytes);
      wholeParts.addAndGet(more);
    }

    /// Records that loop `index` starts the relief that was requested.
    void relieving(int index) {
      asked.updateAndGet(mask -> mask & ~(1L << index));
    }
  }

  public InboundBudget(Bounds bounds, LimitCounters counters) {
    this.bounds = bounds;
    all = new Account(null, bounds.total);
    dropped =
        counters.log(
            Limit.INBOUND_BYTES,
            "Incomplete messages and requests are dropped, the largest first: the limit is "
                + bounds.total
                + " bytes (limits.inbound_bytes), "
                + bounds.perAddress
                + " of one address and "
                + bounds.perClient
                + " of one client");
  }

  /// Adds a loop, which is asked for relief from now on.
  void add(PartialInputs loop) {
    if (loop.index() >= MOST_LOOPS) {
      throw new IllegalArgumentException("more than " + MOST_LOOPS + " loops");
    }
    loops.add(loop);
  }

  /// The size of all incomplete input, in bytes.
  public long used() {
    return all.used.get();
  }

  /// The number of addresses and clients with an account.
  int accounts() {
    return byOwner.size();
  }

  Account ofEverybody() {
    all.parts.incrementAndGet();
    return all;
  }

  Account of(AddressBlock address) {
    return open(address, bounds.perAddress);
  }

  /// @param client a key that no address equals
  Account ofClient(Object client) {
    return open(client, bounds.perClient);
  }

  private Account open(Object owner, long bound) {
    return byOwner.compute(
        owner,
        (same, known) -> {
          Account account = known == null ? new Account(owner, bound) : known;
          account.parts.incrementAndGet();
          return account;
        });
  }

  /// Removes a part from `account`.
  void leave(Account account) {
    if (account.owner == null) {
      account.parts.decrementAndGet();
    } else {
      byOwner.computeIfPresent(
          account.owner, (same, known) -> known.parts.decrementAndGet() == 0 ? null : known);
    }
  }

  void charge(Account account, int bytes) {
    account.used.addAndGet(bytes);
  }

  /// Asks every loop except `here`, which does it itself, to drop the largest parts of `account`.
  void askOthers(Account account, PartialInputs here) {
    for (PartialInputs loop : loops) {
      long bit = 1L << loop.index();
      if (loop.index() != here.index() && (account.asked.getAndUpdate(m -> m | bit) & bit) == 0) {
        loop.relieveLater(account);
      }
    }
  }

  /// Records that something was dropped for lack of memory.
  void dropped() {
    dropped.add();
  }
}
