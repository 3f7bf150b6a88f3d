package dev.tertulia.server.storage.read;

import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A run of publications of a topic in memory. It is append-only, under the lock of the [Tail];
/// entries below the size with which a [TailView] was created never change, so readers need no
/// lock.
///
/// It is full with [#MOST_ENTRIES] entries or more than [#FULL_BYTES] of text.
final class TailChunk {
  static final int MOST_ENTRIES = 128;
  static final int FULL_BYTES = 256 << 10;

  private static final int FIRST_CAPACITY = 4;

  private final @Nullable Publication[] entries;
  private final int[] textBytes;
  private int size;
  private long bytes;

  TailChunk() {
    this(FIRST_CAPACITY);
  }

  private TailChunk(int capacity) {
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

  static Position positionOf(Publication publication) {
    return Objects.requireNonNull(publication.position());
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
  TailChunk add(Publication publication) {
    TailChunk target = size < entries.length ? this : copy(size * 2);
    int text = TextBytes.of(publication.entry());
    target.entries[target.size] = publication;
    target.textBytes[target.size] = text;
    target.size++;
    target.bytes += text;
    return target;
  }

  /// A copy with `publication` at `index`.
  TailChunk replaced(int index, Publication publication) {
    TailChunk copy = copy(entries.length);
    copy.bytes -= copy.textBytes[index];
    copy.entries[index] = publication;
    copy.textBytes[index] = TextBytes.of(publication.entry());
    copy.bytes += copy.textBytes[index];
    return copy;
  }

  /// A copy without the first `count` entries.
  TailChunk without(int count) {
    TailChunk copy = new TailChunk(entries.length);
    for (int i = count; i < size; i++) {
      copy = copy.add(entry(i));
    }
    return copy;
  }

  private TailChunk copy(int capacity) {
    TailChunk copy = new TailChunk(capacity);
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
