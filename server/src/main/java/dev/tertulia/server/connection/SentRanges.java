package dev.tertulia.server.connection;

import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;

/// Which entries of the two logs of an inbox a connection was sent out of the log, in pages and
/// replays. Owned by the connection's loop.
///
/// Ranges that touch become one. At most [#MOST] are kept of each log, the latest; what was only in
/// those before is then as if it had not been sent.
final class SentRanges {
  static final int MOST = 8;

  private final List<OffsetRange> personal = new ArrayList<>(1);
  private final List<OffsetRange> broadcasts = new ArrayList<>(1);

  List<OffsetRange> personal() {
    return personal;
  }

  List<OffsetRange> broadcasts() {
    return broadcasts;
  }

  /// All notifications between the first and the last of `items` were sent, in each log.
  void add(List<Item> items) {
    add(items, TopicName.Kind.INBOX, personal);
    add(items, TopicName.Kind.BROADCASTS, broadcasts);
  }

  private static void add(List<Item> items, TopicName.Kind kind, List<OffsetRange> to) {
    long first = Long.MAX_VALUE;
    long last = 0;
    for (Item item : items) {
      if (item.publication().topic().kind() == kind) {
        long offset = RoomDestination.placeOf(item.publication()).offset();
        first = Math.min(first, offset);
        last = Math.max(last, offset);
      }
    }
    add(to, first - 1, last);
  }

  /// All behind `after`, up to `upTo`, was sent, if that is anything.
  static void add(List<OffsetRange> to, long after, long upTo) {
    if (after >= upTo) {
      return;
    }
    long from = after;
    long until = upTo;
    for (int i = to.size() - 1; i >= 0; i--) {
      OffsetRange other = to.get(i);
      if (other.after() <= until && from <= other.upTo()) {
        from = Math.min(from, other.after());
        until = Math.max(until, other.upTo());
        to.remove(i);
      }
    }
    if (to.size() == MOST) {
      to.removeFirst();
    }
    to.add(new OffsetRange(from, until));
  }
}
