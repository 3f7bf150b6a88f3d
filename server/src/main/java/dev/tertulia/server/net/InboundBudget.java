package dev.tertulia.server.net;

import dev.tertulia.server.connection.Refusals;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The memory that messages and requests hold of which the end has not arrived: bounded in all, for
/// each address and for each client. Requests that have arrived and wait for their answer count as
/// well.
///
/// Past a bound every loop is asked to drop the largest of those that count towards it, down to
/// seven eighths of the bound. Those smaller than the average stay, so an ordinary sender is not
/// disturbed by those that send much and never end.
///
/// # Concurrency
///
/// Safe for any thread. There is an account for an address and for a client only while it has a
/// [PartialInput] of more than [#FREE_BYTES].
public final class InboundBudget {
  /// What a socket may hold without being charged: the beginning of an ordinary message, whose rest
  /// comes with the next packet.
  static final int FREE_BYTES = 1024;

  private static final int MOST_LOOPS = Long.SIZE;

  private final Bounds bounds;
  private final Account all;
  private final ConcurrentHashMap<Object, Account> byOwner = new ConcurrentHashMap<>();
  private final List<PartialInputs> loops = new CopyOnWriteArrayList<>();
  private final Refusals dropped;

  /// The bounds, in bytes.
  ///
  /// @param total for all sockets together
  /// @param perAddress for those of one address, in IPv6 of one /64
  /// @param perClient for those of one client
  public record Bounds(long total, long perAddress, long perClient) {}

  /// What is charged to one address, to one client, or to everybody.
  static final class Account {
    private final @Nullable Object owner;
    private final long bound;
    private final AtomicLong used = new AtomicLong();

    /// What of that is whole, and so not to be dropped, and how many that are.
    private final AtomicLong whole = new AtomicLong();

    private final AtomicInteger wholeParts = new AtomicInteger();

    /// How many count towards it. Changed within the map's `compute`, but for that of everybody.
    private final AtomicInteger parts = new AtomicInteger();

    /// The loops that are asked for relief and have not begun with it, a bit each.
    private final AtomicLong asked = new AtomicLong();

    private Account(@Nullable Object owner, long bound) {
      this.owner = owner;
      this.bound = bound;
    }

    boolean isExceeded() {
      return used.get() > bound;
    }

    /// Whether relief has gone far enough.
    boolean isRelieved() {
      return used.get() <= bound - bound / 8;
    }

    /// What one part holds that may be dropped, on average.
    long average() {
      return (used.get() - whole.get()) / Math.max(1, parts.get() - wholeParts.get());
    }

    /// So much more is whole, of so many more parts.
    void chargeWhole(int bytes, int more) {
      whole.addAndGet(bytes);
      wholeParts.addAndGet(more);
    }

    /// The relief that loop `index` was asked for begins.
    void relieving(int index) {
      asked.updateAndGet(mask -> mask & ~(1L << index));
    }
  }

  /// @param nanoClock nanoseconds of a clock that never goes back
  InboundBudget(Bounds bounds, LongSupplier nanoClock) {
    this.bounds = bounds;
    all = new Account(null, bounds.total);
    dropped =
        new Refusals(
            "Incomplete messages and requests are dropped, the largest first: the limit is "
                + bounds.total
                + " bytes (limits.inbound_bytes), "
                + bounds.perAddress
                + " of one address and "
                + bounds.perClient
                + " of one client",
            nanoClock);
  }

  /// Adds a loop, which is asked for relief from then on.
  void add(PartialInputs loop) {
    if (loop.index() >= MOST_LOOPS) {
      throw new IllegalArgumentException("more than " + MOST_LOOPS + " loops");
    }
    loops.add(loop);
  }

  /// What all unfinished input holds, in bytes.
  long used() {
    return all.used.get();
  }

  /// How many addresses and clients have an account now.
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

  /// @param client a name that no address equals
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

  /// One part less counts towards `account`.
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

  /// Asks every loop but `here`, which helps itself, to drop what is largest in `account`.
  void askOthers(Account account, PartialInputs here) {
    for (PartialInputs loop : loops) {
      long bit = 1L << loop.index();
      if (loop.index() != here.index() && (account.asked.getAndUpdate(m -> m | bit) & bit) == 0) {
        loop.relieveLater(account);
      }
    }
  }

  /// Something was dropped for lack of room.
  void dropped() {
    dropped.add();
  }
}
