package dev.tertulia.server.model;

import dev.tertulia.server.json.JsonText;
import org.jspecify.annotations.Nullable;

/// The limits of the parts of an entry, for all sources: clients and imports. [TextRule] has the
/// lengths of texts, [DataValue] the limits of `data`.
public final class EntryRules {
  /// The maximum size of `message` and `data` together, in bytes of UTF-8.
  public static final int MAX_MESSAGE_BYTES = 65_536;

  /// The maximum size of `emoji`, in bytes of UTF-8.
  public static final int MAX_EMOJI_BYTES = 32;

  /// The maximum number of notifications that one request marks as read by id.
  public static final int MAX_READ_IDS = 200;

  /// The maximum offset in an import. It is so far below the end of the range that a topic can't
  /// reach that end, and JavaScript can represent it exactly.
  public static final long MAX_OFFSET = 1L << 52;

  /// The maximum time, in Unix milliseconds: the end of the year 9999, the last one with four
  /// digits.
  public static final long MAX_TIME = 253_402_300_799_999L;

  private EntryRules() {}

  /// Whether a message and its `data` together are within the size limit.
  public static boolean isShortEnough(String message, DataValue.@Nullable Fit data) {
    int bytes = JsonText.utf8Length(message) + (data == null ? 0 : data.bytes());
    return bytes <= MAX_MESSAGE_BYTES;
  }

  /// Whether a text is valid as a reaction.
  public static boolean isEmoji(String text) {
    return !text.isEmpty() && JsonText.utf8Length(text) <= MAX_EMOJI_BYTES;
  }
}
