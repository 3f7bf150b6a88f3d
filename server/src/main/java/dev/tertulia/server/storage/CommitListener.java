package dev.tertulia.server.storage;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.List;

/// A listener of commits: it keeps a copy of the log, or tells others of it. Called by the writer
/// of the journal, which waits for it: after the commit, before any outcome is reported, and before
/// anything is handed to the loops. A journal has a list of them, which it tells in order; it is
/// composed where the storage is opened.
///
/// It must not throw. If it does, the failure is reported, the other listeners are told as always,
/// and this one is told [#renewed] of each topic of the batch, once that is delivered.
public interface CommitListener {
  /// An entry that has lost its text.
  ///
  /// @param entry the entry there now
  record Blanked(TopicName topic, long offset, Entry.Kept entry) {}

  /// A batch is stored. What is told of it after this, by the other methods, is part of it.
  ///
  /// @param term of the writer
  /// @param seq of the batch in its term; 0 if nothing was stored: there are signals only
  /// @param publications in order, signals included
  /// @param blanked entries that lost their text at the same time: older ones and some in
  ///   `publications`, which still have their text there
  void committed(long term, long seq, List<Publication> publications, List<Blanked> blanked);

  /// The entries of `topic` up to `floor` have been removed.
  void trimmed(TopicName topic, Position floor);

  /// Entries of `topic` have changed, or it has started over: everything reported about it before
  /// is invalid.
  void forgotten(TopicName topic);

  /// Entries were added to `topic`, or lost their text, without individual reports: everything
  /// reported about it before is invalid, and its subscribers must be told.
  void renewed(TopicName topic);

  /// The database has lost its end: what was reported before may be gone, and everything starts
  /// over. Told before anything of the next term.
  default void lost() {}

  /// All of a batch has been told.
  default void told() {}
}
