package dev.tertulia.server.storage.read;

import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The contents of the tail for one topic at one moment: its newest publications, without a gap up
/// to the end. Immutable; any thread may read it.
///
/// @param before the position directly before the first of them; `null` if unknown
/// @param whole whether the log contains nothing older
/// @param chunks full ones, except for the last, of which the first `lastSize` entries count
public record TailView(@Nullable Position before, boolean whole, TailChunk[] chunks, int lastSize) {
  static final TailChunk[] NO_CHUNKS = {};

  int size(int chunk) {
    return chunk == chunks.length - 1 ? lastSize : chunks[chunk].size();
  }

  @Nullable Position end() {
    return chunks.length == 0
        ? before
        : TailChunk.positionOf(chunks[chunks.length - 1].entry(lastSize - 1));
  }

  /// The index of the chunk that may contain `offset`; -1 if all are newer.
  int chunkOf(long offset) {
    int low = 0;
    int high = chunks.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (chunks[middle].offset(0) <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /// Reads the page after `after`.
  ///
  /// @return `null` unless all of it is in memory and `after` is known to be valid
  Log.@Nullable Page since(Position after, int entries, int bytes) {
    Position end = end();
    if (end == null) {
      return null;
    }
    if (after.equals(before)) {
      return page(0, 0, after, end.offset(), entries, bytes);
    }
    int chunk = chunkOf(after.offset());
    if (chunk < 0) {
      return null;
    }
    int index = chunks[chunk].search(after.offset(), size(chunk));
    if (index == size(chunk) || !after.equals(chunks[chunk].entry(index).position())) {
      return null;
    }
    return page(chunk, index + 1, after, end.offset(), entries, bytes);
  }

  /// Reads the newest messages up to the end, as described in [NewestMessages].
  ///
  /// @return `null` if memory does not contain that many
  Log.@Nullable Page newest(int messages, int bytes) {
    Position end = end();
    if (end == null) {
      return null;
    }
    NewestMessages newest = new NewestMessages(messages, bytes);
    for (int chunk = chunks.length - 1; chunk >= 0; chunk--) {
      for (int i = size(chunk) - 1; i >= 0; i--) {
        newest.add(chunks[chunk].entry(i));
        if (newest.isComplete()) {
          return new Log.Page(newest.entries(), end, end.offset());
        }
      }
    }
    return whole ? new Log.Page(newest.entries(), end, end.offset()) : null;
  }

  private Log.Page page(int chunk, int index, Position after, long head, int entries, int bytes) {
    List<Publication> page = new ArrayList<>(Math.min(entries, 64));
    long text = 0;
    int i = index;
    for (int c = chunk; c < chunks.length; c++, i = 0) {
      int size = size(c);
      for (; i < size; i++) {
        text += chunks[c].textBytes(i);
        if (page.size() == entries || (text > bytes && !page.isEmpty())) {
          return new Log.Page(page, TailChunk.positionOf(page.getLast()), head);
        }
        page.add(chunks[c].entry(i));
      }
    }
    Position end = page.isEmpty() ? after : TailChunk.positionOf(page.getLast());
    return new Log.Page(page, end, head);
  }
}
