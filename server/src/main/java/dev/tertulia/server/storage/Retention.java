package dev.tertulia.server.storage;

import java.time.Duration;

/// How much of a topic is kept: what is past one of the bounds goes, the oldest first, soon after.
///
/// The number counts messages and notifications. What amends them, or says that they were read, is
/// kept with them and pushes none of them out, as long as there are not more than [#mostEntries] of
/// everything.
///
/// @param age the oldest entry's
/// @param messages the most messages or notifications; 0 for nothing at all
/// @param bytes the most in all bodies together, whatever they are
public record Retention(Duration age, long messages, long bytes) {
  /// As long as the server can count.
  public static final Retention FOREVER =
      new Retention(Duration.ofMillis(Long.MAX_VALUE), Long.MAX_VALUE, Long.MAX_VALUE);

  /// So many entries of any kind are kept for each message that may be, on the average.
  private static final int ENTRIES_A_MESSAGE = 20;

  /// So many entries of any kind are kept, however few messages may be.
  static final long LEAST_ENTRIES = 100_000;

  /// @throws IllegalArgumentException if a bound is negative
  public Retention {
    if (age.isNegative() || messages < 0 || bytes < 0) {
      throw new IllegalArgumentException("a retention must not be negative");
    }
  }

  /// The most messages or notifications alone.
  public static Retention ofMessages(long messages) {
    return new Retention(FOREVER.age, messages, Long.MAX_VALUE);
  }

  /// Whether anything goes because of its age.
  boolean hasAge() {
    return age.compareTo(FOREVER.age) < 0;
  }

  /// The most entries of all kinds: so that a topic is bounded in which one message is amended
  /// without end.
  long mostEntries() {
    return messages == 0
        ? 0
        : messages > Long.MAX_VALUE / ENTRIES_A_MESSAGE
            ? Long.MAX_VALUE
            : Math.max(LEAST_ENTRIES, messages * ENTRIES_A_MESSAGE);
  }

  /// Whether so much may be too much, which depends on how many of the entries are messages.
  boolean mayBePast(long entries, long sum) {
    return entries > messages || sum > bytes;
  }

  /// Whether so much is too much.
  ///
  /// @param count messages or notifications
  /// @param entries of any kind
  /// @param sum of all bodies, in bytes
  boolean isPast(long count, long entries, long sum) {
    return count > messages || entries > mostEntries() || sum > bytes;
  }

  /// Whether an entry of `time` is too old at `now`, both in Unix milliseconds.
  boolean isTooOld(long time, long now) {
    return now - time > age.toMillis();
  }
}
