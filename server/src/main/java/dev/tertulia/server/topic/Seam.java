package dev.tertulia.server.topic;

import java.util.List;

/// Where reading a log ends and live delivery begins, for a log that other nodes write, too: what
/// they store comes to this node only for topics that it follows. Safe for any thread.
public interface Seam {
  /// Nobody else writes: whatever is stored after a read is delivered.
  Seam ALONE =
      new Seam() {
        @Override
        public boolean isOpen(TopicName topic) {
          return true;
        }

        @Override
        public void ensureOpen(List<TopicName> topics) {}

        @Override
        public boolean isShared() {
          return false;
        }
      };

  /// Whether whatever is stored from now on in a topic is delivered, so that what is in memory may
  /// be read before going live. Never blocks.
  boolean isOpen(TopicName topic);

  /// Makes sure, before a subscriber of these topics reads the log, that whatever it does not find
  /// there is delivered. May block. Topics without a subscriber are not followed.
  ///
  /// @throws LogException if the log can't be read
  void ensureOpen(List<TopicName> topics);

  /// Whether other nodes write, too, so that what is in memory may be behind for a moment.
  boolean isShared();
}
