package dev.tertulia.server.topic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The log of all topics, where it is read. It holds what was committed, and nothing else.
///
/// What it gives is in order of offset and complete between its ends, unless it says otherwise, or
/// it throws. A page ends after `entries` entries or past `bytes` bytes of text, whichever comes
/// first, and has at least one entry if there is one.
public interface Log {
  /// A part of a topic's log.
  ///
  /// @param entries oldest first
  /// @param end the position of the last entry that was looked at, or where it was asked to begin
  ///   if there is none
  /// @param head the offset of the newest entry when this was read; past `end` if there is more
  record Page(List<Publication> entries, Position end, long head) {
    public Page {
      entries = List.copyOf(entries);
    }

    /// Whether there are entries after these.
    public boolean more() {
      return head > end.offset();
    }
  }

  /// The entries after `after`. May wait for a disk: not on a loop.
  ///
  /// @return `null` if completeness can't be shown: the log does not hold `after`'s term at its
  ///   offset, or no longer
  /// @throws LogException if the log can't be read now, or is damaged there
  @Nullable Page since(TopicName topic, Position after, int entries, int bytes);

  /// The same from memory alone, without waiting; for loops.
  ///
  /// @return `null` if memory does not reach back that far, which says nothing about `after`
  @Nullable Page recent(TopicName topic, Position after, int entries, int bytes);

  /// The newest messages from memory alone, without waiting, as [#newest].
  ///
  /// @return `null` if memory does not hold as many
  default @Nullable Page recent(TopicName topic, int messages, int bytes) {
    return null;
  }

  /// The newest messages of a room, with what amends them as things stand, as [NewestMessages]
  /// says: a page that leaves out what changes nothing any more, and ends where the log does. May
  /// wait for a disk: not on a loop.
  ///
  /// @throws LogException as above
  Page newest(TopicName topic, int messages, int bytes);

  /// How many entries there are after `offset`, counted up to `most`. May wait for a disk: not on a
  /// loop.
  ///
  /// @throws LogException as above
  int countSince(TopicName topic, long offset, int most);
}
