package dev.tertulia.server.connection;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds the connections of one loop that have been silent for long, without a timer for each.
///
/// A wheel of slots, one for each tick; a connection stands in the slot of the tick at which it is
/// to be looked at. A tick looks at one slot: who has spoken since is moved to when its silence
/// would count, who has not is pinged, and who stays silent past the bound is closed. Adding and
/// removing are O(1). Owned by the loop.
///
/// Who is asked answers, and so keeps the slot it once had. So that thousands who came in one tick
/// are not asked in one for ever after, those who come are dealt out over the latter half of the
/// interval: who never speaks is first asked after a silence of between half of it and all. Later
/// silences count in full.
final class HeartbeatWheel {
  /// What the wheel turns: anything that is heard, or not.
  abstract static class Member {
    /// The tick in which it was last heard.
    private int heard;

    private int slot = -1;
    private int place;

    /// It has not been heard since it came.
    private boolean isNew = true;

    /// It has been silent for the interval, and a sign of life is to be asked for.
    abstract void askForSign();

    /// It has been silent for the whole bound.
    abstract void silentTooLong();
  }

  private final int interval;
  private final int bound;
  private final @Nullable Member[][] slots;
  private final int[] sizes;
  private int now;
  private int deal;

  /// Silence before this tick doesn't count: far in the past, until there is a stall.
  private int notBefore = Integer.MIN_VALUE / 2;

  /// @param interval ticks of silence before a ping
  /// @param bound ticks of silence before the end, more than `interval`
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

  /// Notes that `member` was heard in this tick.
  void heard(Member member) {
    member.heard = now;
    member.isNew = false;
  }

  /// Forgets `member`; without effect if it is not there.
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

  /// This side has been held up, and has heard nobody: who has been silent for longer than the
  /// interval has been so for just the interval, and is asked for a sign before it is closed. O(1).
  void stalled() {
    notBefore = now - interval;
  }

  /// Moves on by one tick and looks at those whose time it is.
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

  /// Never puts a member back into the slot of this very tick: there are more slots than the
  /// longest wait.
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
