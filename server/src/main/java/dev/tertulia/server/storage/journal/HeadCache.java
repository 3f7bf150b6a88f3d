package dev.tertulia.server.storage.journal;

import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The heads of the most recently published topics, for signals while the database can't be
/// queried. Owned by the writer of the journal.
///
/// They are those that subscribers were told: never beyond what is committed. At [#MOST] the least
/// recently published topic is dropped.
public final class HeadCache {
  static final int MOST = 10_000;

  private final Map<TopicName, Long> heads =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TopicName, Long> eldest) {
          return size() > MOST;
        }
      };

  /// What was committed, in order, with the signals among it.
  void note(List<Publication> batch) {
    for (Publication publication : batch) {
      if (publication.head() > 0) {
        heads.put(publication.topic(), publication.head());
      }
    }
  }

  /// The topic has started over.
  public void forget(TopicName topic) {
    heads.remove(topic);
  }

  /// The offset of the newest entry of `topic`, as far as is known; 0 if it isn't.
  long of(TopicName topic) {
    return heads.getOrDefault(topic, 0L);
  }
}
