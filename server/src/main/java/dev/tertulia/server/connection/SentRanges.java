package dev.tertulia.server.connection;

import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;

/// The entries of the two logs of an inbox that a connection was sent from the log, in pages and
/// replays. Owned by the connection's loop.
///
/// Adjacent ranges are merged. At most [#MOST] ranges of each log are kept, the latest; entries of
/// earlier ranges count as not sent.
public final class SentRanges {
  static final int MOST = 8;

  private List<OffsetRange> personal = List.of();
  private List<OffsetRange> broadcasts = List.of();

  List<OffsetRange> personal() {
    return personal;
  }

  List<OffsetRange> broadcasts() {
    return broadcasts;
  }

  /// Adds everything between the first and the last of `items`, in each log.
  public void add(List<Item> items) {
    add(items, TopicName.Kind.INBOX);
    add(items, TopicName.Kind.BROADCASTS);
  }

  private void add(List<Item> items, TopicName.Kind kind) {
    long first = Long.MAX_VALUE;
    long last = 0;
    for (Item item : items) {
      if (item.publication().topic().kind() == kind) {
        long offset = item.publication().storedPosition().offset();
        first = Math.min(first, offset);
        last = Math.max(last, offset);
      }
    }
    add(kind, first - 1, last);
  }

  /// Adds everything after `after` up to `upTo`; the range may be empty.
  ///
  /// @param kind which of the two logs
  public void add(TopicName.Kind kind, long after, long upTo) {
    if (after < upTo) {
      if (kind == TopicName.Kind.BROADCASTS) {
        broadcasts = with(broadcasts, after, upTo);
      } else {
        personal = with(personal, after, upTo);
      }
    }
  }

  private static List<OffsetRange> with(List<OffsetRange> before, long after, long upTo) {
    List<OffsetRange> ranges = new ArrayList<>(before.size() + 1);
    long from = after;
    long until = upTo;
    for (OffsetRange other : before) {
      if (other.after() <= until && from <= other.upTo()) {
        from = Math.min(from, other.after());
        until = Math.max(until, other.upTo());
      } else {
        ranges.add(other);
      }
    }
    if (ranges.size() == MOST) {
      ranges.removeFirst();
    }
    ranges.add(new OffsetRange(from, until));
    return ranges;
  }
}
