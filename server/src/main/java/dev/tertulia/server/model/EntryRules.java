package dev.tertulia.server.model;

import dev.tertulia.server.json.JsonText;
import org.jspecify.annotations.Nullable;

/// What the parts of an entry may be, for all sources: clients and imports. What a violation is
/// called is up to the source. [DataValue] has the limits of `data`, [Identifier] the rule for
/// names of clients and rooms.
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

  /// The lengths of texts given by people and applications, in Unicode code points.
  public enum TextRule {
    SENDER(0, 256),
    TITLE(0, 256),

    /// An id chosen by a client, for a request or a position that it keeps.
    ID(1, 128),
    DEVICE(1, 128),
    CATEGORY(1, 128);

    private final int least;
    private final int most;

    TextRule(int least, int most) {
      this.least = least;
      this.most = most;
    }

    public int least() {
      return least;
    }

    /// The maximum number of code points.
    public int most() {
      return most;
    }

    /// Whether the length of a text is valid.
    public boolean fits(String text) {
      int length = text.length() > 2 * most ? Integer.MAX_VALUE : JsonText.length(text);
      return length >= least && length <= most;
    }
  }

  private EntryRules() {}

  /// Whether a number may be a time, in Unix milliseconds.
  public static boolean isTime(long millis) {
    return millis >= 0 && millis <= MAX_TIME;
  }

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
