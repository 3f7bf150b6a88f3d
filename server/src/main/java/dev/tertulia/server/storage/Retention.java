package dev.tertulia.server.storage;

import java.time.Duration;

/// The retention of a topic: entries beyond one of the limits are removed soon, oldest first.
///
/// The count covers messages and notifications. Their amendments and read marks are kept with them
/// and displace none of them, up to [#mostEntries] entries in total.
///
/// @param age the maximum age of an entry
/// @param messages the maximum number of messages or notifications; 0 for nothing at all
/// @param bytes the maximum size of all bodies together
public record Retention(Duration age, long messages, long bytes) {
  /// As long as the server can count.
  public static final Retention FOREVER =
      new Retention(Duration.ofMillis(Long.MAX_VALUE), Long.MAX_VALUE, Long.MAX_VALUE);

  /// The average number of entries of any kind that are kept per message.
  private static final int ENTRIES_A_MESSAGE = 20;

  /// The number of entries of any kind that are kept at least, however few messages are allowed.
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
  public boolean hasAge() {
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

  /// Whether this may exceed a limit, which depends on how many of the entries are messages.
  public boolean mayBePast(long entries, long sum) {
    return entries > messages || sum > bytes;
  }

  /// Whether this exceeds a limit.
  ///
  /// @param count messages or notifications
  /// @param entries of any kind
  /// @param sum of all bodies, in bytes
  public boolean isPast(long count, long entries, long sum) {
    return count > messages || entries > mostEntries() || sum > bytes;
  }

  /// Whether an entry of `time` is too old at `now`, both in Unix milliseconds.
  public boolean isTooOld(long time, long now) {
    return now - time > age.toMillis();
  }
}
