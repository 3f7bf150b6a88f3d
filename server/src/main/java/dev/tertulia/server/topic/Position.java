package dev.tertulia.server.topic;

import org.jspecify.annotations.Nullable;

/// A position in the log of a topic, valid only while the log still contains an entry of this
/// writer at this offset.
///
/// @param term drawn at random by each writer that opens the log; 0 belongs to no writer
/// @param offset rises within a topic, not always by one; at least 0
public record Position(long term, long offset) {
  /// The position before the first entry of any topic.
  public static final Position START = new Position(0, 0);

  /// Caches the text of the latest term, since nearly all positions are of one writer. Threads may
  /// overwrite each other's value; any value is correct.
  private static TermText last = new TermText(0, "0");

  private record TermText(long term, String text) {}

  /// Parses the exact output of [#toString].
  ///
  /// @return `null` if `text` is anything else
  public static @Nullable Position parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 1 || text.length() > 40) {
      return null;
    }
    try {
      Position position =
          new Position(
              Long.parseUnsignedLong(text, 0, colon, 36),
              Long.parseLong(text, colon + 1, text.length(), 10));
      return position.offset >= 0 && position.toString().equals(text) ? position : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /// The opaque text form that clients keep: `term:offset`, the term in base 36.
  @Override
  public String toString() {
    TermText known = last;
    if (known.term != term) {
      known = new TermText(term, Long.toUnsignedString(term, 36));
      last = known;
    }
    return known.text + ":" + offset;
  }
}
