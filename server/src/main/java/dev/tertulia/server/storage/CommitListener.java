package dev.tertulia.server.storage;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.List;

/// A listener of commits that keeps a copy of the log. Called by the writer of the journal, which
/// waits for it: after the commit, before any outcome is reported, and before anything is handed to
/// the loops. It must not throw.
public interface CommitListener {
  /// A listener that does nothing.
  CommitListener NOBODY =
      new CommitListener() {
        @Override
        public void committed(List<Publication> publications, List<Blanked> blanked) {}

        @Override
        public void trimmed(TopicName topic, Position floor) {}

        @Override
        public void forgotten(TopicName topic) {}

        @Override
        public void renewed(TopicName topic) {}
      };

  /// An entry that has lost its text.
  ///
  /// @param entry the entry there now
  record Blanked(TopicName topic, long offset, Entry.Kept entry) {}

  /// A batch is stored.
  ///
  /// @param publications in order, signals included
  /// @param blanked entries that lost their text at the same time: older ones and some in
  ///   `publications`, which still have their text there
  void committed(List<Publication> publications, List<Blanked> blanked);

  /// The entries of `topic` up to `floor` have been removed.
  void trimmed(TopicName topic, Position floor);

  /// Entries of `topic` have changed, or it has started over: everything reported about it before
  /// is invalid.
  void forgotten(TopicName topic);

  /// Entries were added to `topic`, or lost their text, without individual reports: everything
  /// reported about it before is invalid, and its subscribers must be told.
  void renewed(TopicName topic);
}
