package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Querying;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A set of notifications of a log, as ordered ranges of offsets. No two ranges are adjacent:
/// between them there is a notification outside of both.
public record OffsetRanges(List<Span> all) {
  public static final OffsetRanges NONE = new OffsetRanges(List.of());

  private static final String BETWEEN =
      "SELECT 1 FROM entry WHERE topic_id = ? AND kind = 5"
          + " AND entry_offset > ? AND entry_offset < ? LIMIT 1";

  /// A range of offsets.
  ///
  /// @param last not below `first`
  public record Span(long first, long last) {
    /// How many offsets it has.
    public long length() {
      return last - first + 1;
    }
  }

  /// Asks the log.
  public interface Between {
    /// Whether there is no notification between two offsets, both excluded.
    boolean isEmpty(long one, long other) throws SQLException;
  }

  public OffsetRanges {
    all = List.copyOf(all);
  }

  public boolean holds(long offset) {
    for (Span span : all) {
      if (offset <= span.last) {
        return offset >= span.first;
      }
    }
    return false;
  }

  /// The range that holds `offset`.
  ///
  /// @return a range before the first offset if there is none
  public Span around(long offset) {
    for (Span span : all) {
      if (span.first <= offset && offset <= span.last) {
        return span;
      }
    }
    return new Span(-1, -1);
  }

  /// Asks for notifications between two in a topic, revoked ones among them.
  public static Between between(Querying querying, long topic) {
    return (one, other) -> {
      try (ResultSet result =
          querying.query(
              BETWEEN,
              in -> {
                in.number(topic);
                in.number(one);
                in.number(other);
              })) {
        return !result.next();
      }
    };
  }

  /// The ranges that are not among `others`.
  public List<Span> without(OffsetRanges others) {
    Set<Span> there = new HashSet<>(others.all);
    return all.stream().filter(span -> !there.contains(span)).toList();
  }

  /// These, and what is from `first` to `last`.
  public OffsetRanges with(long first, long last, Between between) throws SQLException {
    List<Span> before = new ArrayList<>();
    List<Span> after = new ArrayList<>();
    long low = first;
    long high = last;
    for (Span span : all) {
      if (span.last < first) {
        before.add(span);
      } else if (span.first > last) {
        after.add(span);
      } else {
        low = Math.min(low, span.first);
        high = Math.max(high, span.last);
      }
    }
    if (!before.isEmpty() && between.isEmpty(before.getLast().last, low)) {
      low = before.removeLast().first;
    }
    if (!after.isEmpty() && between.isEmpty(high, after.getFirst().first)) {
      high = after.removeFirst().last;
    }
    before.add(new Span(low, high));
    before.addAll(after);
    return new OffsetRanges(before);
  }
}
