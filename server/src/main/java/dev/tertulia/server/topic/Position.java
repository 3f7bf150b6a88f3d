package dev.tertulia.server.topic;

/// A place in a topic's log, good only while the log still holds an entry of this writer there.
///
/// @param term drawn at random by each writer that opens the log
/// @param offset rises within a topic, not always by one
public record Position(long term, long offset) {
  /// The opaque text that clients keep: `term:offset`, the term in base 36.
  @Override
  public String toString() {
    return Long.toUnsignedString(term, 36) + ":" + offset;
  }
}
