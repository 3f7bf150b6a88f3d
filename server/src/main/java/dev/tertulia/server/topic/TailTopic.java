package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One topic's part of the [Tail], as it is built and changed, in as many steps as that takes. No
/// reader sees it: what readers see is a [#view] that the tail shows them once a change is
/// complete.
///
/// Owned by the thread that has made it until the tail has it; then guarded by the tail's lock.
final class TailTopic {
  /// What a topic weighs that has no entries.
  static final int EMPTY_WEIGHT = 512;

  /// What an entry weighs beside its text: the objects, and the JSON around the text.
  static final int ENTRY_WEIGHT = 512;

  /// The text is held twice, as text and as JSON, and characters may take two bytes.
  static final int TEXT_WEIGHT = 3;

  final TopicName name;

  /// Whether somebody reads its older entries from the log just now; it is not evicted meanwhile.
  boolean loading;

  /// Whether its older entries have been in memory already, so that there is no use in loading.
  boolean loaded;

  /// Whether it holds something else than what the tail shows of it.
  boolean changed;

  /// The part of [#weight] that the tail has counted.
  long counted;

  /// What was replaced while it was loading, by offset.
  private final Map<Long, Entry.Kept> replaced = new HashMap<>(0);

  /// Where the log begins, if that has moved while it was loading.
  private @Nullable Position floor;

  private final List<TailChunk> chunks = new ArrayList<>(1);
  private @Nullable Position before;
  private boolean whole;
  private long weight = EMPTY_WEIGHT;

  TailTopic(TopicName name) {
    this.name = name;
  }

  /// What it holds now, for readers.
  TailView view() {
    int lastSize = chunks.isEmpty() ? 0 : chunks.getLast().size();
    return new TailView(before, whole, chunks.toArray(TailView.NO_CHUNKS), lastSize);
  }

  /// About how many bytes of memory it takes.
  long weight() {
    return weight;
  }

  int chunks() {
    return chunks.size();
  }

  /// Begins behind `behind`, where nothing is yet.
  ///
  /// @param nothingOlder whether that is where the log begins
  void begin(Position behind, boolean nothingOlder) {
    before = behind;
    whole = nothingOlder;
    loaded = true;
  }

  /// Whether it has the entry at `offset`, or is complete from an older one on.
  boolean reachesBack(long offset) {
    return before == null
        ? !chunks.isEmpty() && chunks.getFirst().offset(0) <= offset
        : before.offset() < offset;
  }

  /// Begins behind `floor`, where the log begins, with what `old` has from there on.
  void beginWithin(TailTopic old, Position floor) {
    for (TailChunk chunk : old.chunks) {
      int gone = chunk.search(floor.offset() + 1, chunk.size());
      if (gone < chunk.size()) {
        TailChunk left = gone == 0 ? chunk : chunk.without(gone);
        chunks.add(left);
        weight += EMPTY_WEIGHT + weightOf(left);
      }
    }
    begin(floor, true);
  }

  /// Appends what is newer than all it has, and ignores the rest. The offsets of a log have no
  /// holes: an entry that is not the next one shows that a commit was missed, and all that is older
  /// is dropped.
  void append(Publication publication) {
    Position position = TailChunk.positionOf(publication);
    Position end = end();
    if (end == null && position.offset() == 1) {
      begin(Position.START, true);
    } else if (end != null && position.offset() <= end.offset()) {
      return;
    } else if (end != null && position.offset() != end.offset() + 1) {
      dropAll();
    }
    if (chunks.isEmpty() || chunks.getLast().isFull()) {
      chunks.add(new TailChunk());
      weight += EMPTY_WEIGHT;
    }
    TailChunk last = chunks.getLast();
    weight -= weightOf(last);
    last = last.add(publication);
    weight += weightOf(last);
    chunks.set(chunks.size() - 1, last);
  }

  private void dropAll() {
    chunks.clear();
    before = null;
    whole = false;
    loaded = false;
    weight = EMPTY_WEIGHT;
  }

  /// Puts another entry in the place of the one at `offset`, if it has that or is yet to get it.
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
    TailChunk chunk = chunks.get(c);
    int i = chunk.search(offset, chunk.size());
    if (i == chunk.size() || chunk.offset(i) != offset) {
      return;
    }
    weight -= weightOf(chunk);
    chunk = chunk.replaced(i, chunk.entry(i).with(entry));
    weight += weightOf(chunk);
    chunks.set(c, chunk);
  }

  /// The log's beginning has moved while it was loading.
  ///
  /// @param moved the position of the newest entry that is gone
  void noteFloor(Position moved) {
    floor = moved;
  }

  /// What `read` becomes, which was read from the log while this one was loading, with all that has
  /// happened meanwhile. `read` is of no use any more.
  TailTopic completed(TailTopic read) {
    for (TailChunk chunk : chunks) {
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

  /// Nobody loads it any more.
  void endLoading() {
    loading = false;
    replaced.clear();
    floor = null;
  }

  /// Forgets its oldest chunk.
  void dropOldest() {
    TailChunk oldest = chunks.removeFirst();
    before = TailChunk.positionOf(oldest.entry(oldest.size() - 1));
    whole = false;
    weight -= weightOf(oldest) + EMPTY_WEIGHT;
  }

  private @Nullable Position end() {
    if (chunks.isEmpty()) {
      return before;
    }
    TailChunk last = chunks.getLast();
    return TailChunk.positionOf(last.entry(last.size() - 1));
  }

  private static long weightOf(TailChunk chunk) {
    return (long) chunk.size() * ENTRY_WEIGHT + chunk.bytes() * TEXT_WEIGHT;
  }
}
