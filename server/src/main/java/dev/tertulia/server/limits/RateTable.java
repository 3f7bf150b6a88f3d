package dev.tertulia.server.limits;

import java.util.concurrent.atomic.AtomicLongArray;

/// A rate limit of each of any number of keys, in a fixed amount of memory. Safe for any thread;
/// neither locks nor allocates.
///
/// Each key counts in two of the slots, one in each half of [#PLACES] slots, and has used as much
/// as the one of them that says less. Others that share one slot with it by chance can't exhaust
/// its limit, and sharing both is unlikely: the keys must be random, so that nobody can choose one
/// that shares the slots of another.
public final class RateTable {
  /// The number of slots in each half.
  static final int PLACES = 4096;

  private final Rate rate;
  private final AtomicLongArray paidUntil;

  /// @param now nanoseconds of the clock that is used from now on
  public RateTable(Rate rate, long now) {
    this.rate = rate;
    paidUntil = new AtomicLongArray(rate.perSecond() == 0 ? 0 : 2 * PLACES);
    for (int i = 0; i < paidUntil.length(); i++) {
      paidUntil.set(i, now);
    }
  }

  /// Charges `units` if they are allowed now.
  ///
  /// @return the time to wait before they may be requested again, in nanoseconds; 0 or less if they
  ///   are charged
  public long take(long key, int units, long now) {
    return use(key, units, now, /* anyway= */ false);
  }

  /// Charges `units` that can't be refused.
  ///
  /// @return the time during which no more should be requested, in nanoseconds; 0 or less for none
  long charge(long key, int units, long now) {
    return use(key, units, now, /* anyway= */ true);
  }

  private long use(long key, int units, long now, boolean anyway) {
    if (rate.perSecond() == 0) {
      return 0;
    }
    int first = (int) key & (PLACES - 1);
    int second = PLACES + ((int) (key >>> Integer.SIZE) & (PLACES - 1));
    while (true) {
      long firstPaid = paidUntil.get(first);
      long secondPaid = paidUntil.get(second);
      boolean firstIsLess = firstPaid <= secondPaid;
      long before = firstIsLess ? firstPaid : secondPaid;
      long paid = rate.after(before, now, units);
      long wait = rate.wait(paid, now);
      if (wait > 0 && !anyway) {
        return wait;
      }
      // The slot that says less is raised last, so that it stays the one on which all threads with
      // the same key compete, and none of their units is lost.
      raise(firstIsLess ? second : first, paid);
      if (paidUntil.compareAndSet(firstIsLess ? first : second, before, paid)) {
        return wait;
      }
    }
  }

  private void raise(int place, long paid) {
    long before = paidUntil.get(place);
    while (before < paid && !paidUntil.compareAndSet(place, before, paid)) {
      before = paidUntil.get(place);
    }
  }
}
