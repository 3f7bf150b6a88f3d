package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Entry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The newest publications of busy topics, in memory, so that a storm of resumes is no storm of
/// queries.
///
/// What it holds of a topic is complete from some entry on to the end of what was committed: every
/// commit is told to it, in order, before the fan-out hears of it, or the topic is [#forget]ten. It
/// knows a position to be good only by its term: that of an entry it holds, or of the one right
/// before.
///
/// Journals write, one a topic; readers, loops among them, never wait: they read an immutable view.
/// The bound is on the sum of all topics, counted generously, with the JSON that entries may come
/// to carry. Past it the topic that was written to the longest time ago loses its oldest entries; a
/// single topic has at most a quarter.
public final class Tail {
  /// A quarter of 256 MiB of heap: some 100,000 short messages.
  public static final long DEFAULT_BYTES = 64L << 20;

  /// A topic that memory does not reach back into is worth loading when it was missed this often.
  private static final int MISSES_TO_LOAD = 3;

  /// How many topics' misses are remembered.
  private static final int MISSES_REMEMBERED = 4096;

  private final long bound;
  private final ConcurrentHashMap<TopicName, TailTopic> topics = new ConcurrentHashMap<>();

  /// The same topics, the longest unwritten first. This and all below is guarded by `this`.
  private final LinkedHashMap<TopicName, TailTopic> byAge = new LinkedHashMap<>(64, 0.75f, true);

  private final LinkedHashMap<TopicName, Integer> misses =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TopicName, Integer> eldest) {
          return size() > MISSES_REMEMBERED;
        }
      };

  private long weight;

  /// @param bound in bytes of memory, over all topics
  public Tail(long bound) {
    this.bound = bound;
  }

  /// The entries after `after`. Any thread; never waits.
  ///
  /// @return `null` if memory does not reach back that far, or does not know `after`
  public Log.@Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
    TailTopic held = topics.get(topic);
    return held == null ? null : held.view().since(after, entries, bytes);
  }

  /// The newest messages, as [NewestMessages] says. Any thread; never waits, but passes over all
  /// that amends other messages.
  ///
  /// @return `null` if memory does not hold as many
  public Log.@Nullable Page newest(TopicName topic, int messages, int bytes) {
    TailTopic held = topics.get(topic);
    return held == null ? null : held.view().newest(messages, bytes);
  }

  /// Takes what was committed, in order; signals are passed over. A journal's thread.
  public synchronized void append(List<Publication> batch) {
    for (Publication publication : batch) {
      if (publication.position() != null) {
        TailTopic topic = byAge.get(publication.topic());
        if (topic == null) {
          topic = add(publication.topic());
        }
        weight -= topic.weight();
        topic.append(publication);
        weight += topic.weight();
        shorten(topic);
      }
    }
    evict();
  }

  /// Puts another entry in the place of one that lost its text, at once: who reads from now on does
  /// not see the old one. A journal's thread.
  public synchronized void replace(TopicName topic, long offset, Entry.Kept entry) {
    TailTopic held = topics.get(topic);
    if (held != null) {
      weight -= held.weight();
      held.replace(offset, entry);
      weight += held.weight();
    }
  }

  /// Drops what has left the log at its beginning. A journal's thread, after the commit.
  ///
  /// @param floor the position of the newest entry that is gone
  public synchronized void trim(TopicName topic, Position floor) {
    TailTopic old = topics.get(topic);
    if (old == null || !old.reachesBack(floor.offset())) {
      return;
    }
    // Whoever loads it gives up.
    forget(topic);
    TailTopic trimmed = add(topic);
    weight -= trimmed.weight();
    trimmed.beginWithin(old, floor);
    weight += trimmed.weight();
    evict();
  }

  /// Drops a topic whose log was changed otherwise, or of which a commit may have been missed. Any
  /// thread.
  public synchronized void forget(TopicName topic) {
    TailTopic held = byAge.remove(topic);
    if (held != null) {
      topics.remove(topic);
      weight -= held.weight();
    }
  }

  /// Drops everything. Any thread.
  public synchronized void forgetAll() {
    topics.clear();
    byAge.clear();
    weight = 0;
  }

  /// Asks whether whoever missed in `topic` should fill it: it was missed several times, and nobody
  /// does so already. If so, what is committed is gathered from now on; then read the log, and
  /// [Loading#finish].
  public synchronized @Nullable Loading beginLoading(TopicName topic) {
    TailTopic held = topics.get(topic);
    if (held != null && (held.loaded || held.loading)) {
      return null;
    }
    if (misses.merge(topic, 1, Integer::sum) < MISSES_TO_LOAD) {
      return null;
    }
    misses.remove(topic);
    if (held == null) {
      held = add(topic);
    }
    held.loading = true;
    return new Loading(held);
  }

  /// The bytes in use, as they count against the bound. Any thread.
  public synchronized long weight() {
    return weight;
  }

  private TailTopic add(TopicName name) {
    TailTopic topic = new TailTopic(name);
    topics.put(name, topic);
    byAge.put(name, topic);
    weight += topic.weight();
    return topic;
  }

  private void shorten(TailTopic topic) {
    while (topic.weight() > bound / 4 && topic.chunks() > 1) {
      weight -= topic.weight();
      topic.dropOldest();
      weight += topic.weight();
    }
  }

  private void evict() {
    while (weight > bound) {
      TailTopic eldest = null;
      for (TailTopic topic : byAge.values()) {
        if (!topic.loading) {
          eldest = topic;
          break;
        }
      }
      if (eldest == null) {
        return;
      }
      if (eldest.chunks() > 1) {
        weight -= eldest.weight();
        eldest.dropOldest();
        weight += eldest.weight();
      } else {
        forget(eldest.name);
      }
    }
  }

  /// The filling of one topic from the log. One thread; ends with [#finish] or [#close].
  public final class Loading implements AutoCloseable {
    private final TailTopic pinned;

    private Loading(TailTopic pinned) {
      this.pinned = pinned;
    }

    /// Puts the newest entries of the log before what was committed meanwhile.
    ///
    /// @param before the position right before them, read together with them
    /// @param whole whether the log has nothing older
    /// @param entries read after the loading began, up to the end
    public void finish(Position before, boolean whole, List<Publication> entries) {
      synchronized (Tail.this) {
        if (topics.get(pinned.name) != pinned) {
          return;
        }
        List<Publication> meanwhile = pinned.entries();
        forget(pinned.name);
        TailTopic filled = add(pinned.name);
        weight -= filled.weight();
        filled.begin(before, whole);
        entries.forEach(filled::append);
        meanwhile.forEach(filled::append);
        pinned.replaced().forEach(filled::replace);
        weight += filled.weight();
        shorten(filled);
        evict();
      }
    }

    /// Gives up, unless it has finished.
    @Override
    public void close() {
      synchronized (Tail.this) {
        pinned.loading = false;
        evict();
      }
    }
  }
}
