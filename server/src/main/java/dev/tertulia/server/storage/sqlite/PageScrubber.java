package dev.tertulia.server.storage.sqlite;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Overwrites the unused middle of the pages of a database file with zeros. SQLite ignores these
/// bytes; they hold copies of rows that have moved to other pages, which `secure_delete` leaves.
///
/// A page is changed in the file itself, and not through SQLite: the caller sees to it that the
/// write-ahead log is empty, that nobody writes to the file meanwhile, and that the writer's cache
/// is emptied afterwards. Only bytes that mean nothing change, so a write that is cut off does no
/// harm. For one thread.
final class PageScrubber {
  /// Above so many pages the first byte of an overflow page, which is a part of a page's number,
  /// may be that of a page with rows.
  static final long MOST_PAGES = 1L << 25;

  private static final int FILE_HEADER = 100;
  private static final int PAGE_SIZE_AT = 16;
  private static final int RESERVED_AT = 20;

  /// Not 0 in a database whose pages tell what refers to them.
  private static final int LARGEST_ROOT_AT = 52;

  /// Where SQLite puts its locks: no page is stored there.
  private static final long LOCK_BYTE = 0x4000_0000;

  private static final int INTERIOR_INDEX = 2;
  private static final int INTERIOR_TABLE = 5;
  private static final int LEAF_INDEX = 10;
  private static final int LEAF_TABLE = 13;

  private static final int CELLS_AT = 3;
  private static final int CONTENT_AT = 5;
  private static final int INTERIOR_HEADER = 12;
  private static final int LEAF_HEADER = 8;

  /// An entry in a page of references.
  private static final int REFERENCE_BYTES = 5;

  private static final int CHUNK_BYTES = 256 * 1024;

  private final FileChannel file;
  private final int pageBytes;
  private final int usable;
  private final boolean hasReferences;
  private final long pages;
  private boolean changed;

  /// @param file of a database, open for reading and writing; it stays open
  /// @throws IOException if it can't be read
  PageScrubber(FileChannel file) throws IOException {
    this.file = file;
    ByteBuffer header = ByteBuffer.allocate(FILE_HEADER);
    fill(header, 0);
    int bytes = Short.toUnsignedInt(header.getShort(PAGE_SIZE_AT));
    pageBytes = bytes == 1 ? 65_536 : bytes;
    usable = pageBytes - Byte.toUnsignedInt(header.get(RESERVED_AT));
    hasReferences = header.getInt(LARGEST_ROOT_AT) != 0;
    pages = file.size() / pageBytes;
  }

  /// How many pages the file has.
  long pages() {
    return pages;
  }

  /// Whether something was overwritten.
  boolean changed() {
    return changed;
  }

  /// Overwrites what is unused in the pages from `first` to `last`, counted from 1.
  ///
  /// @throws IOException if the file can't be read or written
  void scrub(long first, long last) throws IOException {
    int most = Math.max(1, CHUNK_BYTES / pageBytes);
    ByteBuffer chunk = ByteBuffer.allocateDirect(most * pageBytes);
    for (long page = first; page <= last; page += most) {
      int count = (int) Math.min(most, last - page + 1);
      fill(chunk.clear().limit(count * pageBytes), offset(page));
      for (int i = 0; i < count; i++) {
        if (holdsRows(page + i)) {
          scrub(page + i, chunk.slice(i * pageBytes, pageBytes));
        }
      }
    }
  }

  private long offset(long page) {
    return (page - 1) * pageBytes;
  }

  /// Whether a page may hold rows, by its number.
  private boolean holdsRows(long page) {
    return page != LOCK_BYTE / pageBytes + 1 && !(hasReferences && isOfReferences(page));
  }

  /// The pages of references are page 2, and each one after as many pages as the one before has
  /// entries.
  private boolean isOfReferences(long page) {
    if (page < 2) {
      return false;
    }
    long group = usable / REFERENCE_BYTES + 1L;
    long expected = (page - 2) / group * group + 2;
    if (expected == LOCK_BYTE / pageBytes + 1) {
      expected++;
    }
    return page == expected;
  }

  private void scrub(long number, ByteBuffer page) throws IOException {
    int header = number == 1 ? FILE_HEADER : 0;
    int size =
        switch (page.get(header)) {
          case INTERIOR_INDEX, INTERIOR_TABLE -> INTERIOR_HEADER;
          case LEAF_INDEX, LEAF_TABLE -> LEAF_HEADER;
          default -> 0;
        };
    if (size == 0) {
      return;
    }
    int cells = Short.toUnsignedInt(page.getShort(header + CELLS_AT));
    int content = Short.toUnsignedInt(page.getShort(header + CONTENT_AT));
    content = content == 0 ? 65_536 : content;
    int begin = header + size + Short.BYTES * cells;
    if (begin > content || content > usable || !pointInto(page, header + size, cells, content)) {
      // It is not such a page, or it is damaged.
      return;
    }
    if (!isBlank(page, begin, content)) {
      ByteBuffer zeros = ByteBuffer.allocate(content - begin);
      for (long at = offset(number) + begin; zeros.hasRemaining(); ) {
        at += file.write(zeros, at);
      }
      changed = true;
    }
  }

  private boolean pointInto(ByteBuffer page, int at, int cells, int content) {
    for (int i = 0; i < cells; i++) {
      int cell = Short.toUnsignedInt(page.getShort(at + Short.BYTES * i));
      if (cell < content || cell >= usable) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBlank(ByteBuffer page, int begin, int end) {
    int at = begin;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      if (page.getLong(at) != 0) {
        return false;
      }
    }
    for (; at < end; at++) {
      if (page.get(at) != 0) {
        return false;
      }
    }
    return true;
  }

  private void fill(ByteBuffer buffer, long from) throws IOException {
    long at = from;
    while (buffer.hasRemaining()) {
      int read = file.read(buffer, at);
      if (read < 0) {
        throw new EOFException(
            "the database ends before page " + (at / Math.max(1, pageBytes) + 1));
      }
      at += read;
    }
  }
}
