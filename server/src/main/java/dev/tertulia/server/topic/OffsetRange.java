package dev.tertulia.server.topic;

/// Entries of one topic: those behind an offset, up to another.
public record OffsetRange(long after, long upTo) {
  /// @throws IllegalArgumentException if there is nothing in it
  public OffsetRange {
    if (after >= upTo) {
      throw new IllegalArgumentException("no entry lies after " + after + " and up to " + upTo);
    }
  }

  /// Whether the entry with that offset is among them.
  public boolean holds(long offset) {
    return offset > after && offset <= upTo;
  }
}
