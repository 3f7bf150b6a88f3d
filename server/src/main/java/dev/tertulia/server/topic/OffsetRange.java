package dev.tertulia.server.topic;

/// A range of entries of one topic: those after one offset, up to another.
public record OffsetRange(long after, long upTo) {
  /// @throws IllegalArgumentException if it is empty
  public OffsetRange {
    if (after >= upTo) {
      throw new IllegalArgumentException("no entry lies after " + after + " and up to " + upTo);
    }
  }

  /// Whether it contains `offset`.
  public boolean holds(long offset) {
    return offset > after && offset <= upTo;
  }
}
