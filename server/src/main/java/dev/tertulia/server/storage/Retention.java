package dev.tertulia.server.storage;

import java.time.Duration;

/// How much of a topic is kept: what is past one of the bounds goes, the oldest first, soon after.
///
/// @param age the oldest entry's
/// @param entries the most
/// @param bytes the most in all bodies together
public record Retention(Duration age, long entries, long bytes) {
  /// As long as the server can count.
  public static final Retention FOREVER =
      new Retention(Duration.ofMillis(Long.MAX_VALUE), Long.MAX_VALUE, Long.MAX_VALUE);

  /// @throws IllegalArgumentException if a bound is negative
  public Retention {
    if (age.isNegative() || entries < 0 || bytes < 0) {
      throw new IllegalArgumentException("a retention is at least 0");
    }
  }

  /// The most entries alone.
  public static Retention ofEntries(long entries) {
    return new Retention(FOREVER.age, entries, Long.MAX_VALUE);
  }

  /// Whether anything goes because of its age.
  boolean hasAge() {
    return age.compareTo(FOREVER.age) < 0;
  }

  /// Whether so much is too much.
  boolean isPast(long count, long sum) {
    return count > entries || sum > bytes;
  }

  /// Whether an entry of `time` is too old at `now`, both in Unix milliseconds.
  boolean isTooOld(long time, long now) {
    return now - time > age.toMillis();
  }
}
