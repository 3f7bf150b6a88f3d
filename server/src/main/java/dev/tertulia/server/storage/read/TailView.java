package dev.tertulia.server.storage.read;

import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The contents of the tail for one topic at one moment: its newest publications, without a gap up
/// to the end. Immutable; any thread may read it.
///
/// @param before the position directly before the first of them; `null` if unknown
/// @param whole whether the log contains nothing older
/// @param chunks full ones, except for the last, of which the first `lastSize` entries count
public record TailView(@Nullable Position before, boolean whole, Chunk[] chunks, int lastSize) {
  static final Chunk[] NO_CHUNKS = {};

  int size(int chunk) {
    return chunk == chunks.length - 1 ? lastSize : chunks[chunk].size();
  }

  @Nullable Position end() {
    return chunks.length == 0 ? before : positionOf(chunks[chunks.length - 1].entry(lastSize - 1));
  }

  /// The position of an entry of a log.
  static Position positionOf(Publication publication) {
    return Objects.requireNonNull(publication.position());
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
          return new Log.Page(page, positionOf(page.getLast()), head);
        }
        page.add(chunks[c].entry(i));
      }
    }
    Position end = page.isEmpty() ? after : positionOf(page.getLast());
    return new Log.Page(page, end, head);
  }

  /// A run of publications of a topic in memory. It is append-only, under the lock of the [Tail];
  /// entries below the size with which a view was created never change, so readers need no lock.
  ///
  /// It is full with [#MOST_ENTRIES] entries or more than [#FULL_BYTES] of text.
  static final class Chunk {
    static final int MOST_ENTRIES = 128;
    static final int FULL_BYTES = 256 << 10;

    private static final int FIRST_CAPACITY = 4;

    private final @Nullable Publication[] entries;
    private final int[] textBytes;
    private int size;
    private long bytes;

    Chunk() {
      this(FIRST_CAPACITY);
    }

    private Chunk(int capacity) {
      entries = new Publication[capacity];
      textBytes = new int[capacity];
    }

    /// The number of entries; for a chunk that may still grow, only under the lock.
    int size() {
      return size;
    }

    long bytes() {
      return bytes;
    }

    Publication entry(int index) {
      return Objects.requireNonNull(entries[index]);
    }

    int textBytes(int index) {
      return textBytes[index];
    }

    long offset(int index) {
      return positionOf(entry(index)).offset();
    }

    boolean isFull() {
      return size == MOST_ENTRIES || bytes > FULL_BYTES;
    }

    /// Appends a publication, unless the chunk [#isFull].
    ///
    /// @return this chunk, or a larger copy that replaces it
    Chunk add(Publication publication) {
      Chunk target = size < entries.length ? this : copy(size * 2);
      int text = TextBytes.of(publication.entry());
      target.entries[target.size] = publication;
      target.textBytes[target.size] = text;
      target.size++;
      target.bytes += text;
      return target;
    }

    /// A copy with `publication` at `index`.
    Chunk replaced(int index, Publication publication) {
      Chunk copy = copy(entries.length);
      copy.bytes -= copy.textBytes[index];
      copy.entries[index] = publication;
      copy.textBytes[index] = TextBytes.of(publication.entry());
      copy.bytes += copy.textBytes[index];
      return copy;
    }

    /// A copy without the first `count` entries.
    Chunk without(int count) {
      Chunk copy = new Chunk(entries.length);
      for (int i = count; i < size; i++) {
        copy = copy.add(entry(i));
      }
      return copy;
    }

    private Chunk copy(int capacity) {
      Chunk copy = new Chunk(capacity);
      System.arraycopy(entries, 0, copy.entries, 0, size);
      System.arraycopy(textBytes, 0, copy.textBytes, 0, size);
      copy.size = size;
      copy.bytes = bytes;
      return copy;
    }

    /// The index of the first entry, among the first `length`, whose offset is at least `offset`;
    /// `length` if there is none.
    int search(long offset, int length) {
      int low = 0;
      int high = length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (offset(middle) < offset) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }
  }
}
