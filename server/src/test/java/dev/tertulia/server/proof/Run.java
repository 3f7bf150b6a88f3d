package dev.tertulia.server.proof;

/// Entries one after the other, as a number of 64 bits that depends on all of each and on their
/// order: so that a hundred thousand of these can be kept and compared.
final class Run {
  private static final long FACTOR = 0x9E3779B97F4A7C15L;

  private int count;
  private long sum;
  private String first = "";
  private String last = "";

  void add(Seen entry) {
    if (count++ == 0) {
      first = entry.pos();
    }
    last = entry.pos();
    sum = sum * FACTOR + entry.hashCode();
  }

  int count() {
    return count;
  }

  /// The position of the first entry; empty if there is none.
  String first() {
    return first;
  }

  /// The position of the last entry; empty if there is none.
  String last() {
    return last;
  }

  boolean isSame(Run other) {
    return count == other.count && sum == other.sum;
  }

  @Override
  public String toString() {
    return count + " entries from " + first + " to " + last;
  }
}
