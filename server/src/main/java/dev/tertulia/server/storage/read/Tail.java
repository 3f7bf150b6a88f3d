package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The newest publications of busy topics, in memory, so that a storm of resuming clients does not
/// become a storm of queries.
///
/// For each topic it is complete from some entry on to the end of what was committed: every commit
/// is passed to it, in order, before it reaches the fan-out, or the topic is
/// [forgotten][#forgotten]. It accepts a position as valid only by its term: that of an entry it
/// contains, or of the one directly before.
///
/// The bound is on the total size of all topics, estimated generously, including the JSON cached by
/// entries. Beyond the bound, the topic that was written to least recently loses its oldest
/// entries; a single topic has at most a quarter.
///
/// # Concurrency
///
/// Journals write, one per topic; readers, including loops, never wait. Readers see only an
/// immutable [TailView] of each topic. A change is prepared where readers don't see it and then
/// published atomically: each commit, load, trim and eviction replaces one view by another. Every
/// readable view contains everything that was passed to the tail before the view became readable,
/// so a reader that goes live where a view ends misses nothing.
///
/// # Failure
///
/// If a change fails half-way, everything is forgotten, because the contents can no longer be
/// trusted.
public final class Tail implements CommitListener {
  /// The default bound, a quarter of a heap of 256 MiB: some 100,000 short messages.
  public static final long DEFAULT_BYTES = 64L << 20;

  /// The number of misses after which a topic is loaded from the log.
  private static final int MISSES_TO_LOAD = 3;

  /// The number of topics whose misses are counted.
  private static final int MISSES_REMEMBERED = 4096;

  private final long bound;
  private final Consumer<TopicName> restart;

  /// Everything that readers see. Changed under the lock, only by [#show] and [#hide].
  private final ConcurrentMap<TopicName, TailView> views;

  /// The contents of the views, the least recently written topic first; a topic that is being
  /// loaded may have no view. This and all following fields are guarded by `this`.
  private final LinkedHashMap<TopicName, TailTopic> topics = new LinkedHashMap<>(64);

  private final LinkedHashMap<TopicName, Integer> misses =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TopicName, Integer> eldest) {
          return size() > MISSES_REMEMBERED;
        }
      };

  private long weight;

  /// A tail without subscribers.
  ///
  /// @param bound the memory of all topics together, in bytes
  public Tail(long bound) {
    this(bound, topic -> {});
  }

  /// @param bound the memory of all topics together, in bytes
  /// @param restart receives topics whose subscribers must start over, after they were forgotten;
  ///   called on the thread of a journal
  public Tail(long bound, Consumer<TopicName> restart) {
    this(bound, restart, new ConcurrentHashMap<>());
  }

  /// @param views an empty map, into which views are published
  public Tail(long bound, Consumer<TopicName> restart, ConcurrentMap<TopicName, TailView> views) {
    this.bound = bound;
    this.restart = restart;
    this.views = views;
  }

  /// Reads the entries after `after`. Any thread; never blocks.
  ///
  /// @return `null` if memory does not reach back that far, or `after` is unknown
  public Log.@Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
    TailView held = views.get(topic);
    return held == null ? null : held.since(after, entries, bytes);
  }

  /// Reads the newest messages, as described in [NewestMessages]. Any thread; never blocks, but
  /// iterates over all amendments of other messages.
  ///
  /// @return `null` if memory does not contain that many
  public Log.@Nullable Page newest(TopicName topic, int messages, int bytes) {
    TailView held = views.get(topic);
    return held == null ? null : held.newest(messages, bytes);
  }

  /// Adds committed entries, in order, and replaces entries that lost their text, atomically: a
  /// reader sees all changes of a topic or none. Signals are skipped.
  @Override
  public synchronized void committed(
      long term, long seq, List<Publication> publications, List<Blanked> blanked) {
    boolean done = false;
    try {
      List<TailTopic> changed = new ArrayList<>();
      for (Publication publication : publications) {
        if (publication.position() != null) {
          TailTopic topic = topics.get(publication.topic());
          if (topic == null) {
            topic = new TailTopic(publication.topic());
          }
          note(topic, changed);
          topics.putLast(topic.name, topic);
          topic.append(publication);
        }
      }
      for (Blanked each : blanked) {
        TailTopic topic = topics.get(each.topic());
        if (topic != null) {
          note(topic, changed);
          topic.replace(each.offset(), each.entry());
        }
      }
      for (TailTopic topic : changed) {
        shorten(topic);
        show(topic);
      }
      evict();
      done = true;
    } finally {
      forgetAllUnless(done);
    }
  }

  @Override
  public synchronized void trimmed(TopicName topic, Position floor) {
    TailTopic old = topics.get(topic);
    if (old == null) {
      return;
    }
    if (!old.reachesBack(floor.offset())) {
      if (old.loading) {
        old.noteFloor(floor);
      }
      return;
    }
    boolean done = false;
    try {
      TailTopic trimmed = new TailTopic(topic);
      trimmed.beginWithin(old, floor);
      exchange(old, trimmed);
      done = true;
    } finally {
      forgetAllUnless(done);
    }
  }

  /// Removes a topic whose log was changed in another way, or of which a commit may have been
  /// missed. Any thread.
  @Override
  public synchronized void forgotten(TopicName topic) {
    hide(topic);
    TailTopic held = topics.remove(topic);
    if (held != null) {
      weight -= held.counted;
    }
  }

  @Override
  public void renewed(TopicName topic) {
    forgotten(topic);
    restart.accept(topic);
  }

  @Override
  public void lost() {
    List<TopicName> all;
    synchronized (this) {
      all = List.copyOf(topics.keySet());
      forgetAll();
    }
    all.forEach(restart);
  }

  /// The size of what it holds, in bytes, as it is estimated. Any thread.
  public synchronized long bytes() {
    return weight;
  }

  /// Removes everything. Any thread.
  public synchronized void forgetAll() {
    views.clear();
    topics.clear();
    weight = 0;
  }

  /// Returns a loader if `topic` should be loaded: it was missed several times, and is not being
  /// loaded already. From then on, commits are collected; the caller reads the log and calls
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
      held = new TailTopic(topic);
      topics.put(topic, held);
      count(held);
    }
    held.loading = true;
    return new Loading(held);
  }

  /// The size that counts against the bound, in bytes. Any thread.
  public synchronized long weight() {
    return weight;
  }

  private static void note(TailTopic topic, List<TailTopic> changed) {
    if (!topic.changed) {
      topic.changed = true;
      changed.add(topic);
    }
  }

  /// Publishes the current contents of `topic` to readers, atomically.
  private void show(TailTopic topic) {
    topic.changed = false;
    count(topic);
    views.put(topic.name, topic.view());
  }

  private void hide(TopicName topic) {
    views.remove(topic);
  }

  private void count(TailTopic topic) {
    weight += topic.weight() - topic.counted;
    topic.counted = topic.weight();
  }

  /// Replaces `old`, which is no longer written or loaded, by `filled`.
  private void exchange(TailTopic old, TailTopic filled) {
    topics.putLast(filled.name, filled);
    weight -= old.counted;
    shorten(filled);
    show(filled);
    evict();
  }

  private void forgetAllUnless(boolean done) {
    if (!done) {
      forgetAll();
    }
  }

  private void shorten(TailTopic topic) {
    while (topic.weight() > bound / 4 && topic.chunks() > 1) {
      topic.dropOldest();
    }
  }

  private void evict() {
    while (weight > bound) {
      TailTopic eldest = null;
      for (TailTopic topic : topics.values()) {
        if (!topic.loading) {
          eldest = topic;
          break;
        }
      }
      if (eldest == null) {
        return;
      }
      if (eldest.chunks() <= 1) {
        forgotten(eldest.name);
        continue;
      }
      while (weight > bound && eldest.chunks() > 1) {
        eldest.dropOldest();
        count(eldest);
      }
      show(eldest);
    }
  }

  /// The loading of one topic from the log. For one thread; ends with [#finish] or [#close].
  public final class Loading implements AutoCloseable {
    private final TailTopic pinned;

    private Loading(TailTopic pinned) {
      this.pinned = pinned;
    }

    /// Inserts the newest entries of the log before those committed meanwhile, atomically. No
    /// effect if the topic was forgotten meanwhile.
    ///
    /// @param before the position directly before them, read together with them
    /// @param whole whether the log contains nothing older
    /// @param entries the entries up to the end, read after the loading began
    public void finish(Position before, boolean whole, List<Publication> entries) {
      TailTopic filled = new TailTopic(pinned.name);
      filled.begin(before, whole);
      entries.forEach(filled::append);
      synchronized (Tail.this) {
        if (topics.get(pinned.name) != pinned) {
          return;
        }
        boolean done = false;
        try {
          exchange(pinned, pinned.completed(filled));
          done = true;
        } finally {
          forgetAllUnless(done);
        }
      }
    }

    /// Cancels the loading, unless it has finished.
    @Override
    public void close() {
      synchronized (Tail.this) {
        pinned.endLoading();
        evict();
      }
    }
  }
}
