package dev.tertulia.server.topic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The read side of the log of all topics. It contains committed entries only.
///
/// Pages are in order of offset and complete between their ends, unless stated otherwise. A page
/// ends after `entries` entries or beyond `bytes` bytes of text, whichever comes first, and has at
/// least one entry if there is one.
public interface Log {
  /// A part of the log of a topic.
  ///
  /// @param entries oldest first
  /// @param end the position of the last entry examined, or the start position if there is none
  /// @param head the offset of the newest entry at the time of the read; greater than the offset of
  ///   `end` if more entries follow
  record Page(List<Publication> entries, Position end, long head) {
    public Page {
      entries = List.copyOf(entries);
    }

    /// Whether more entries follow.
    public boolean more() {
      return head > end.offset();
    }
  }

  /// Reads the entries after `after`. May block on a disk; must not be called on a loop.
  ///
  /// @return `null` if completeness can't be guaranteed: the log does not contain the term of
  ///   `after` at its offset, or no longer
  /// @throws LogException if the log can't be read at the moment, or is damaged at that place
  @Nullable Page since(TopicName topic, Position after, int entries, int bytes);

  /// Reads the same from memory only, without blocking; for loops.
  ///
  /// @return `null` if memory does not reach back that far; `after` may be valid nevertheless
  @Nullable Page recent(TopicName topic, Position after, int entries, int bytes);

  /// Reads the newest messages from memory only, without blocking, as [#newest].
  ///
  /// @return `null` if memory does not contain that many
  default @Nullable Page recent(TopicName topic, int messages, int bytes) {
    return null;
  }

  /// Reads the newest messages of a room with their current amendments, as described in
  /// `NewestMessages`: a page that omits entries without a remaining effect, and ends at the end of
  /// the log. May block on a disk; must not be called on a loop.
  ///
  /// @throws LogException as above
  Page newest(TopicName topic, int messages, int bytes);

  /// Counts the entries after `offset`, up to `most`. May block on a disk; must not be called on a
  /// loop.
  ///
  /// @throws LogException as above
  int countSince(TopicName topic, long offset, int most);

  /// Whether entries of this topic are stored. If not, it has no positions.
  default boolean isStored(TopicName topic) {
    return true;
  }
}
