package dev.tertulia.server.connection;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The members of one loop that expire, the earliest first: a binary heap in which each member
/// knows its place, so that one that leaves early leaves nothing behind. Owned by the loop.
///
/// There is no timer for each member: the loop asks regularly which have expired, by the clock of
/// the wall, so that an expiry may be thousands of years away.
final class ExpiryQueue {
  private static final int SMALLEST = 16;

  private @Nullable Member[] heap = new @Nullable Member[SMALLEST];
  private int size;

  /// A member of the queue.
  abstract static class Member extends HeartbeatWheel.Member {
    /// Its place in the heap; negative if it is not there.
    private int place = -1;

    /// When it expires; `null` for never. May only change while it is not in the queue.
    abstract @Nullable Instant expiry();

    /// Called when it has expired, and was removed.
    abstract void expired();
  }

  /// The number of members.
  int size() {
    return size;
  }

  /// Adds a member that is not there. No effect if it never expires.
  void add(Member member) {
    if (member.expiry() == null) {
      return;
    }
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    up(size++, member);
  }

  /// Removes a member. No effect if it is not there.
  void remove(Member member) {
    int place = member.place;
    if (place < 0) {
      return;
    }
    member.place = -1;
    Member last = at(--size);
    heap[size] = null;
    if (place < size) {
      up(place, last);
      if (last.place == place) {
        down(place, last);
      }
    }
    if (heap.length > SMALLEST && size < heap.length / 4) {
      heap = Arrays.copyOf(heap, heap.length / 2);
    }
  }

  /// Removes a member that has expired.
  ///
  /// @return `null` if there is none
  @Nullable Member poll(Instant now) {
    if (size == 0 || expiry(at(0)).isAfter(now)) {
      return null;
    }
    Member first = at(0);
    remove(first);
    return first;
  }

  private void up(int place, Member member) {
    int here = place;
    while (here > 0 && expiry(member).isBefore(expiry(at((here - 1) / 2)))) {
      put(here, at((here - 1) / 2));
      here = (here - 1) / 2;
    }
    put(here, member);
  }

  private void down(int place, Member member) {
    int here = place;
    while (2 * here + 1 < size) {
      int child = 2 * here + 1;
      if (child + 1 < size && expiry(at(child + 1)).isBefore(expiry(at(child)))) {
        child++;
      }
      if (!expiry(at(child)).isBefore(expiry(member))) {
        break;
      }
      put(here, at(child));
      here = child;
    }
    put(here, member);
  }

  private void put(int place, Member member) {
    heap[place] = member;
    member.place = place;
  }

  private Member at(int place) {
    Member member = heap[place];
    if (member == null) {
      throw new IllegalStateException("nothing at " + place);
    }
    return member;
  }

  private static Instant expiry(Member member) {
    Instant expiry = member.expiry();
    return expiry == null ? Instant.MAX : expiry;
  }
}
