package dev.tertulia.server.connection;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds the connections of one loop that have been silent too long, without a timer for each.
///
/// A timer wheel with one slot per tick; a connection is in the slot of the tick at which it will
/// be checked. A tick checks one slot: a connection that was heard since moves to the slot at which
/// its silence would count, a silent one is pinged, and one that stays silent beyond the timeout is
/// closed. Adding and removing are O(1). Owned by the loop.
///
/// A connection that answers a ping stays at its phase. So that thousands of connections that
/// arrived in one tick are not pinged together for ever, new connections are distributed over the
/// second half of the interval: a connection that never sends is first pinged after half an
/// interval to a full one. Later silences count in full.
final class HeartbeatWheel {
  /// A member of the wheel: something that is heard or silent.
  abstract static class Member {
    /// The tick in which it was last heard.
    private int heard;

    private int slot = -1;
    private int place;

    /// Whether it has not been heard since it was added.
    private boolean isNew = true;

    /// Called after an interval of silence, to request a sign of life.
    abstract void askForSign();

    /// Called after a timeout of silence.
    abstract void silentTooLong();
  }

  private final int interval;
  private final int bound;
  private final @Nullable Member[][] slots;
  private final int[] sizes;
  private int now;
  private int deal;

  /// Silence before this tick does not count; far in the past until there is a stall.
  private int notBefore = Integer.MIN_VALUE / 2;

  /// @param interval the ticks of silence before a ping
  /// @param bound the ticks of silence before the end, more than `interval`
  HeartbeatWheel(int interval, int bound) {
    if (interval < 1 || bound <= interval) {
      throw new IllegalArgumentException("the timeout must be longer than the interval");
    }
    this.interval = interval;
    this.bound = bound;
    slots = new Member[interval + 1][0];
    sizes = new int[interval + 1];
  }

  void add(Member member) {
    member.heard = now;
    put(member, now + interval - deal);
    deal = deal < interval / 2 ? deal + 1 : 0;
  }

  /// Records that `member` was heard in this tick.
  void heard(Member member) {
    member.heard = now;
    member.isNew = false;
  }

  /// Removes `member`; no effect if it is not there.
  void remove(Member member) {
    if (member.slot < 0) {
      return;
    }
    @Nullable Member[] slot = slots[member.slot];
    Member last = slot[--sizes[member.slot]];
    slot[sizes[member.slot]] = null;
    if (last != null && member.place < sizes[member.slot]) {
      slot[member.place] = last;
      last.place = member.place;
    }
    member.slot = -1;
  }

  /// Records that this side was stalled and received nothing: a member that was silent for longer
  /// than the interval counts as silent for exactly the interval, and is pinged before it is
  /// closed. O(1).
  void stalled() {
    notBefore = now - interval;
  }

  /// Advances by one tick and checks the members in its slot.
  void tick() {
    now++;
    int due = Math.floorMod(now, slots.length);
    while (sizes[due] > 0) {
      Member member = slots[due][sizes[due] - 1];
      if (member != null) {
        remove(member);
        look(member);
      }
    }
  }

  int size() {
    return Arrays.stream(sizes).sum();
  }

  /// Never puts a member back into the slot of this tick: there are more slots than the longest
  /// wait.
  private void look(Member member) {
    int silence = now - Math.max(member.heard, notBefore);
    if (silence >= bound) {
      member.silentTooLong();
    } else if (silence >= interval || member.isNew) {
      member.isNew = false;
      put(member, now + Math.min(interval, bound - silence));
      member.askForSign();
    } else {
      put(member, now - silence + interval);
    }
  }

  private void put(Member member, int tick) {
    int slot = Math.floorMod(tick, slots.length);
    if (sizes[slot] == slots[slot].length) {
      slots[slot] = Arrays.copyOf(slots[slot], Math.max(4, sizes[slot] * 2));
    }
    member.slot = slot;
    member.place = sizes[slot];
    slots[slot][sizes[slot]++] = member;
  }
}
