package dev.tertulia.server.storage;

import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.List;

/// Whoever keeps a copy of what is in the log, and so must know what becomes of it. Called by the
/// journal's writer, which waits for it: after the commit, before anybody is told that it is
/// stored, and before it is handed to the loops. It must not throw.
public interface Committed {
  /// Nobody.
  Committed NOBODY =
      new Committed() {
        @Override
        public void committed(List<Publication> publications, List<Blanked> blanked) {}

        @Override
        public void trimmed(TopicName topic, Position floor) {}

        @Override
        public void forgotten(TopicName topic) {}

        @Override
        public void renewed(TopicName topic) {}
      };

  /// An entry that lost its text.
  ///
  /// @param entry what stands there now
  record Blanked(TopicName topic, long offset, Entry.Kept entry) {}

  /// A batch is stored.
  ///
  /// @param publications in order, signals included
  /// @param blanked what lost its text in the same moment: older entries, and such as are in
  ///   `publications`, which are told with their text
  void committed(List<Publication> publications, List<Blanked> blanked);

  /// The entries of `topic` up to `floor` are not kept any more.
  void trimmed(TopicName topic, Position floor);

  /// Entries of `topic` are others now than they were, or it has begun anew: what was told of it
  /// holds no more.
  void forgotten(TopicName topic);

  /// Entries came to `topic`, or lost their text, that nobody was told of one by one: what was told
  /// of it holds no more, and whoever has subscribed to it must hear of that.
  void renewed(TopicName topic);
}
