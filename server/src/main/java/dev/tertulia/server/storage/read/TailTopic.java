package dev.tertulia.server.storage.read;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.read.TailView.Chunk;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One topic of the [Tail], as it is built and changed in several steps. Readers don't see it: they
/// see a [#view] that the tail publishes once a change is complete.
///
/// Owned by the thread that created it until it is added to the tail; then guarded by the lock of
/// the tail.
final class TailTopic {
  /// The size of a topic without entries, in bytes.
  static final int EMPTY_WEIGHT = 512;

  /// The size of an entry besides its text, in bytes: the objects, and the JSON around the text.
  static final int ENTRY_WEIGHT = 512;

  /// The factor for text: it is held twice, as a string and as JSON, and characters may take two
  /// bytes.
  static final int TEXT_WEIGHT = 3;

  final TopicName name;

  /// Whether its older entries are being read from the log; it is not evicted meanwhile.
  boolean loading;

  /// Whether its older entries have already been loaded, so that loading again is useless.
  boolean loaded;

  /// Whether it differs from its published view.
  boolean changed;

  /// The part of [#weight] that the tail has counted.
  long counted;

  /// The entries replaced during loading, by offset.
  private final Map<Long, Entry.Kept> replaced = new HashMap<>(0);

  /// The beginning of the log, if it has moved during loading.
  private @Nullable Position floor;

  private final List<Chunk> chunks = new ArrayList<>(1);
  private @Nullable Position before;
  private boolean whole;
  private long weight = EMPTY_WEIGHT;

  TailTopic(TopicName name) {
    this.name = name;
  }

  /// A view of its current contents, for readers.
  TailView view() {
    int lastSize = chunks.isEmpty() ? 0 : chunks.getLast().size();
    return new TailView(before, whole, chunks.toArray(TailView.NO_CHUNKS), lastSize);
  }

  /// Its approximate size in memory, in bytes.
  long weight() {
    return weight;
  }

  int chunks() {
    return chunks.size();
  }

  /// Starts empty after the position `behind`.
  ///
  /// @param nothingOlder whether the log begins there
  void begin(Position behind, boolean nothingOlder) {
    before = behind;
    whole = nothingOlder;
    loaded = true;
  }

  /// Whether it contains the entry at `offset`, or is complete from an older one on.
  boolean reachesBack(long offset) {
    return before == null
        ? !chunks.isEmpty() && chunks.getFirst().offset(0) <= offset
        : before.offset() < offset;
  }

  /// Starts after `floor`, the beginning of the log, with the entries of `old` from there on.
  void beginWithin(TailTopic old, Position floor) {
    for (Chunk chunk : old.chunks) {
      int gone = chunk.search(floor.offset() + 1, chunk.size());
      if (gone < chunk.size()) {
        Chunk left = gone == 0 ? chunk : chunk.without(gone);
        chunks.add(left);
        weight += EMPTY_WEIGHT + weightOf(left);
      }
    }
    begin(floor, true);
  }

  /// Appends an entry if it is newer than all others, and ignores it otherwise. The offsets of a
  /// log have no holes, so a gap shows that a commit was missed, and all older entries are dropped.
  /// So are all if another entry is at its offset: a shared log may have lost its end after it was
  /// loaded.
  void append(Publication publication) {
    Position position = TailView.positionOf(publication);
    Position end = end();
    if (end == null && position.offset() == 1) {
      begin(Position.START, true);
    } else if (end != null && position.offset() <= end.offset() && !contradicts(position)) {
      return;
    } else if (end != null && position.offset() != end.offset() + 1) {
      dropAll();
    }
    if (chunks.isEmpty() || chunks.getLast().isFull()) {
      chunks.add(new Chunk());
      weight += EMPTY_WEIGHT;
    }
    Chunk last = chunks.getLast();
    weight -= weightOf(last);
    last = last.add(publication);
    weight += weightOf(last);
    chunks.set(chunks.size() - 1, last);
  }

  /// Whether another entry is at the offset of `position`.
  private boolean contradicts(Position position) {
    for (int c = chunks.size() - 1; c >= 0; c--) {
      Chunk chunk = chunks.get(c);
      if (chunk.offset(0) <= position.offset()) {
        int i = chunk.search(position.offset(), chunk.size());
        return i < chunk.size() && !TailView.positionOf(chunk.entry(i)).equals(position);
      }
    }
    return false;
  }

  private void dropAll() {
    chunks.clear();
    before = null;
    whole = false;
    loaded = false;
    weight = EMPTY_WEIGHT;
  }

  /// Replaces the entry at `offset`, now if it is there, or once it is loaded.
  void replace(long offset, Entry.Kept entry) {
    if (loading) {
      replaced.put(offset, entry);
    }
    int c = chunks.size() - 1;
    while (c >= 0 && chunks.get(c).offset(0) > offset) {
      c--;
    }
    if (c < 0) {
      return;
    }
    Chunk chunk = chunks.get(c);
    int i = chunk.search(offset, chunk.size());
    if (i == chunk.size() || chunk.offset(i) != offset) {
      return;
    }
    weight -= weightOf(chunk);
    chunk = chunk.replaced(i, chunk.entry(i).with(entry));
    weight += weightOf(chunk);
    chunks.set(c, chunk);
  }

  /// Records that the beginning of the log has moved during loading.
  ///
  /// @param moved the position of the newest removed entry
  void noteFloor(Position moved) {
    floor = moved;
  }

  /// Completes `read`, which was read from the log while this one was loading, with all changes
  /// since. `read` must not be used any more.
  TailTopic completed(TailTopic read) {
    for (Chunk chunk : chunks) {
      for (int i = 0; i < chunk.size(); i++) {
        read.append(chunk.entry(i));
      }
    }
    replaced.forEach(read::replace);
    if (floor == null || !read.reachesBack(floor.offset())) {
      return read;
    }
    TailTopic trimmed = new TailTopic(name);
    trimmed.beginWithin(read, floor);
    return trimmed;
  }

  /// Ends the loading.
  void endLoading() {
    loading = false;
    replaced.clear();
    floor = null;
  }

  /// Removes its oldest chunk.
  void dropOldest() {
    Chunk oldest = chunks.removeFirst();
    before = TailView.positionOf(oldest.entry(oldest.size() - 1));
    whole = false;
    weight -= weightOf(oldest) + EMPTY_WEIGHT;
  }

  private @Nullable Position end() {
    if (chunks.isEmpty()) {
      return before;
    }
    Chunk last = chunks.getLast();
    return TailView.positionOf(last.entry(last.size() - 1));
  }

  private static long weightOf(Chunk chunk) {
    return (long) chunk.size() * ENTRY_WEIGHT + chunk.bytes() * TEXT_WEIGHT;
  }
}
