package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;

/// What the parts of an entry may be, for every door: what clients send, and what an import brings.
/// [TextRule] has the lengths, [DataValue] the rule of `data`.
public final class EntryRules {
  /// The most that `emoji` may hold, in bytes of UTF-8.
  public static final int MAX_EMOJI_BYTES = 32;

  /// The highest offset that an import may bring: so far from the end of the numbers that a topic
  /// never gets there, and below what a JavaScript client can count exactly.
  public static final long MAX_OFFSET = 1L << 52;

  /// The latest time, in Unix milliseconds: the end of the year 9999, the last that is written with
  /// four digits.
  public static final long MAX_TIME = 253_402_300_799_999L;

  private EntryRules() {}

  /// Whether a message and its `data` are together as short as they must be.
  public static boolean isShortEnough(String message, DataValue.@Nullable Fit data) {
    int bytes = JsonText.utf8Length(message) + (data == null ? 0 : data.bytes());
    return bytes <= ClientMessage.MAX_MESSAGE_BYTES;
  }

  /// Whether a text may be a reaction.
  public static boolean isEmoji(String text) {
    return !text.isEmpty() && JsonText.utf8Length(text) <= MAX_EMOJI_BYTES;
  }
}
