package dev.tertulia.server.simulation;

import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import org.jspecify.annotations.Nullable;

/// A [FakeStore] behind a real [Tail], as a database is: what memory does not hold is read from
/// there, and a topic that is missed again and again is loaded.
final class TailedStore implements Log {
  private final FakeStore store;
  private final Tail tail;

  TailedStore(FakeStore store, Tail tail) {
    this.store = store;
    this.tail = tail;
  }

  @Override
  public @Nullable Page recent(TopicName topic, Position after, int entries, int bytes) {
    return tail.since(topic, after, entries, bytes);
  }

  @Override
  public @Nullable Page recent(TopicName topic, int messages, int bytes) {
    return tail.newest(topic, messages, bytes);
  }

  @Override
  public @Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
    Page recent = recent(topic, after, entries, bytes);
    if (recent == null && load(topic)) {
      recent = recent(topic, after, entries, bytes);
    }
    return recent != null ? recent : store.since(topic, after, entries, bytes);
  }

  @Override
  public Page newest(TopicName topic, int messages, int bytes) {
    Page recent = recent(topic, messages, bytes);
    if (recent == null && load(topic)) {
      recent = recent(topic, messages, bytes);
    }
    return recent != null ? recent : store.newest(topic, messages, bytes);
  }

  @Override
  public int countSince(TopicName topic, long offset, int most) {
    return store.countSince(topic, offset, most);
  }

  private boolean load(TopicName topic) {
    try (Tail.Loading loading = tail.beginLoading(topic)) {
      if (loading == null) {
        return false;
      }
      store.check();
      loading.finish(store.floor(topic), true, store.entries(topic));
      return true;
    }
  }
}
