package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/// The newest publications of busy topics, in memory, so that a storm of resumes is no storm of
/// queries.
///
/// What it holds of a topic is complete from some entry on to the end of what was committed: every
/// commit is told to it, in order, before the fan-out hears of it, or the topic is [#forget]ten. It
/// knows a position to be good only by its term: that of an entry it holds, or of the one right
/// before.
///
/// The bound is on the sum of all topics, counted generously, with the JSON that entries may come
/// to carry. Past it the topic that was written to the longest time ago loses its oldest entries; a
/// single topic has at most a quarter.
///
/// # Concurrency
///
/// Journals write, one a topic; readers, loops among them, never wait. Readers see one immutable
/// [TailView] of each topic, and nothing else. A change is made where no reader sees it, and then
/// shown as a whole: each commit, loading, trimming and eviction puts one view in the place of the
/// one before. So every view that can be read holds everything that was told before it could be
/// read: a reader that goes live where a view ends misses nothing.
///
/// # Failure
///
/// A change that fails half-way makes it forget everything: whatever it can't be sure to hold, it
/// does not hold.
public final class Tail {
  /// A quarter of 256 MiB of heap: some 100,000 short messages.
  public static final long DEFAULT_BYTES = 64L << 20;

  /// A topic that memory does not reach back into is worth loading when it was missed this often.
  private static final int MISSES_TO_LOAD = 3;

  /// How many topics' misses are remembered.
  private static final int MISSES_REMEMBERED = 4096;

  private final long bound;

  /// All that readers see. Changed under the lock, by [#show] and [#hide] alone.
  private final ConcurrentMap<TopicName, TailView> views;

  /// What the views are made of, the longest unwritten first; a topic that is being loaded may have
  /// no view. This and all below is guarded by `this`.
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

  /// An entry that lost its text.
  ///
  /// @param entry what stands at `offset` now
  public record Replacement(TopicName topic, long offset, Entry.Kept entry) {}

  /// @param bound in bytes of memory, over all topics
  public Tail(long bound) {
    this(bound, new ConcurrentHashMap<>());
  }

  /// @param views empty; where it shows what it holds
  Tail(long bound, ConcurrentMap<TopicName, TailView> views) {
    this.bound = bound;
    this.views = views;
  }

  /// The entries after `after`. Any thread; never waits.
  ///
  /// @return `null` if memory does not reach back that far, or does not know `after`
  public Log.@Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
    TailView held = views.get(topic);
    return held == null ? null : held.since(after, entries, bytes);
  }

  /// The newest messages, as [NewestMessages] says. Any thread; never waits, but passes over all
  /// that amends other messages.
  ///
  /// @return `null` if memory does not hold as many
  public Log.@Nullable Page newest(TopicName topic, int messages, int bytes) {
    TailView held = views.get(topic);
    return held == null ? null : held.newest(messages, bytes);
  }

  /// Takes what was committed, in order; signals are passed over. A journal's thread.
  public void append(List<Publication> batch) {
    append(batch, List.of());
  }

  /// Takes what was committed, in order, and what lost its text by that, in one moment: a reader
  /// sees of a topic all of it, or nothing. Signals are passed over. A journal's thread.
  ///
  /// @param replacements of older entries, and of such as are in `batch`
  public synchronized void append(List<Publication> batch, List<Replacement> replacements) {
    boolean done = false;
    try {
      List<TailTopic> changed = new ArrayList<>();
      for (Publication publication : batch) {
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
      for (Replacement replacement : replacements) {
        TailTopic topic = topics.get(replacement.topic());
        if (topic != null) {
          note(topic, changed);
          topic.replace(replacement.offset(), replacement.entry());
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

  /// Puts another entry in the place of one that lost its text, at once: who reads from now on does
  /// not see the old one. A journal's thread.
  public void replace(TopicName topic, long offset, Entry.Kept entry) {
    append(List.of(), List.of(new Replacement(topic, offset, entry)));
  }

  /// Drops what has left the log at its beginning. A journal's thread, after the commit.
  ///
  /// @param floor the position of the newest entry that is gone
  public synchronized void trim(TopicName topic, Position floor) {
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

  /// Drops a topic whose log was changed otherwise, or of which a commit may have been missed. Any
  /// thread.
  public synchronized void forget(TopicName topic) {
    hide(topic);
    TailTopic held = topics.remove(topic);
    if (held != null) {
      weight -= held.counted;
    }
  }

  /// Drops everything. Any thread.
  public synchronized void forgetAll() {
    views.clear();
    topics.clear();
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
      held = new TailTopic(topic);
      topics.put(topic, held);
      count(held);
    }
    held.loading = true;
    return new Loading(held);
  }

  /// The bytes in use, as they count against the bound. Any thread.
  public synchronized long weight() {
    return weight;
  }

  private static void note(TailTopic topic, List<TailTopic> changed) {
    if (!topic.changed) {
      topic.changed = true;
      changed.add(topic);
    }
  }

  /// Lets readers see what `topic` holds now: all that was done to it, in one moment.
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

  /// Has `filled` in the place of `old`, which nobody writes to or loads any more.
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
        forget(eldest.name);
        continue;
      }
      while (weight > bound && eldest.chunks() > 1) {
        eldest.dropOldest();
        count(eldest);
      }
      show(eldest);
    }
  }

  /// The filling of one topic from the log. One thread; ends with [#finish] or [#close].
  public final class Loading implements AutoCloseable {
    private final TailTopic pinned;

    private Loading(TailTopic pinned) {
      this.pinned = pinned;
    }

    /// Puts the newest entries of the log before what was committed meanwhile, in one moment.
    /// Without effect if the topic was forgotten meanwhile.
    ///
    /// @param before the position right before them, read together with them
    /// @param whole whether the log has nothing older
    /// @param entries read after the loading began, up to the end
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

    /// Gives up, unless it has finished.
    @Override
    public void close() {
      synchronized (Tail.this) {
        pinned.endLoading();
        evict();
      }
    }
  }
}
