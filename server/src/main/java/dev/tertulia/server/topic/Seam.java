package dev.tertulia.server.topic;

import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where reading a log ends and live delivery begins, for a log that other nodes write, too: what
/// they store comes to this node only for topics that it follows. Safe for any thread.
public interface Seam {
  /// How often a log is read until what is delivered [follows][#hasRead].
  int MOST_ATTEMPTS = 10;

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
        public boolean hasRead(TopicName topic, Position end) {
          return true;
        }

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

  /// A subscriber has read a topic up to `end`, after [#ensureOpen], and is going to be given what
  /// follows. Never blocks for long.
  ///
  /// @return `false` if what is delivered does not follow that, as far as is known, for example
  ///   because the log has lost its end in between: then it must be read again
  boolean hasRead(TopicName topic, Position end);

  /// What `reading` gives, read again until what is delivered follows it.
  ///
  /// @param topics that it is about
  /// @param follows asks [#hasRead] of what was read
  /// @throws LogException if the log can't be read, or loses its end again and again
  default <T extends @Nullable Object> T readToFollow(
      List<TopicName> topics, Supplier<T> reading, Predicate<T> follows) {
    for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      ensureOpen(topics);
      T read = reading.get();
      if (follows.test(read)) {
        return read;
      }
    }
    throw new LogException("the log changes while it is read", /* damaged= */ false, null);
  }

  /// Whether other nodes write, too, so that what is in memory may be behind for a moment.
  boolean isShared();
}
