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

  /// The limit and its slots, which are replaced together.
  private volatile Slots slots;

  /// @param paidUntil empty without a limit
  private record Slots(Rate rate, AtomicLongArray paidUntil) {}

  /// @param now nanoseconds of the clock that is used from now on
  public RateTable(Rate rate, long now) {
    slots = new Slots(rate, empty(rate, now));
  }

  private static AtomicLongArray empty(Rate rate, long now) {
    AtomicLongArray paidUntil = new AtomicLongArray(rate.perSecond() == 0 ? 0 : 2 * PLACES);
    for (int i = 0; i < paidUntil.length(); i++) {
      paidUntil.set(i, now);
    }
    return paidUntil;
  }

  /// Replaces the limit. What was used so far still counts, unless there was no limit.
  ///
  /// @param now nanoseconds of the same clock as before
  public void replace(Rate rate, long now) {
    Slots before = slots;
    boolean keep = rate.perSecond() > 0 && before.rate.perSecond() > 0;
    slots = new Slots(rate, keep ? before.paidUntil : empty(rate, now));
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
    Slots current = slots;
    Rate rate = current.rate;
    AtomicLongArray paidUntil = current.paidUntil;
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
      raise(paidUntil, firstIsLess ? second : first, paid);
      if (paidUntil.compareAndSet(firstIsLess ? first : second, before, paid)) {
        return wait;
      }
    }
  }

  private static void raise(AtomicLongArray paidUntil, int place, long paid) {
    long before = paidUntil.get(place);
    while (before < paid && !paidUntil.compareAndSet(place, before, paid)) {
      before = paidUntil.get(place);
    }
  }
}
