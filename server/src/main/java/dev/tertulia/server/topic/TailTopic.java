package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One topic's part of the [Tail]. Everything but [#view] belongs to whoever holds the tail's lock.
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

  private final Map<Long, Entry> replaced = new HashMap<>(0);
  private final List<TailChunk> chunks = new ArrayList<>(1);
  private @Nullable Position before;
  private boolean whole;
  private long weight = EMPTY_WEIGHT;
  private volatile TailView view = new TailView(null, false, TailView.NO_CHUNKS, 0);

  TailTopic(TopicName name) {
    this.name = name;
  }

  /// What readers read.
  TailView view() {
    return view;
  }

  /// About how many bytes of memory it takes.
  long weight() {
    return weight;
  }

  int chunks() {
    return chunks.size();
  }

  /// Begins behind `before`, where nothing is yet.
  ///
  /// @param nothingOlder whether that is where the log begins
  void begin(Position behind, boolean nothingOlder) {
    before = behind;
    whole = nothingOlder;
    loaded = true;
    publish();
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

  /// Appends what is newer than all it has, and ignores the rest.
  void append(Publication publication) {
    Position position = TailChunk.positionOf(publication);
    Position end = end();
    if (end == null && position.offset() == 1) {
      before = Position.START;
      whole = true;
      loaded = true;
    } else if (end != null && position.offset() <= end.offset()) {
      return;
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
    publish();
  }

  /// Puts another entry in the place of the one at `offset`, if it has that or is yet to get it.
  void replace(long offset, Entry entry) {
    if (loading) {
      replaced.put(offset, entry);
    }
    int c = view.chunkOf(offset);
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
    publish();
  }

  /// What was replaced while it was loading, by offset.
  Map<Long, Entry> replaced() {
    return replaced;
  }

  /// Forgets its oldest chunk.
  void dropOldest() {
    TailChunk oldest = chunks.removeFirst();
    before = TailChunk.positionOf(oldest.entry(oldest.size() - 1));
    whole = false;
    weight -= weightOf(oldest) + EMPTY_WEIGHT;
    publish();
  }

  /// Everything it has, oldest first.
  List<Publication> entries() {
    List<Publication> all = new ArrayList<>();
    for (TailChunk chunk : chunks) {
      for (int i = 0; i < chunk.size(); i++) {
        all.add(chunk.entry(i));
      }
    }
    return all;
  }

  /// The position right before what it has; `null` if that is not known.
  @Nullable Position before() {
    return before;
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

  private void publish() {
    int lastSize = chunks.isEmpty() ? 0 : chunks.getLast().size();
    view = new TailView(before, whole, chunks.toArray(TailView.NO_CHUNKS), lastSize);
  }
}
