package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A file beside the database that records the last committed batch, written before any outcome of
/// the batch is reported. A truncated write-ahead log is valid and just shorter for SQLite: only
/// this note shows that there was more.
///
/// Two slots in separate sectors are written in turn, so an interrupted write leaves the previous
/// one. A separate thread syncs it, so that no batch waits for a second sync: after a power failure
/// the note may be [#SYNC_REST] behind the log, never ahead of it. Owned by the writer of the
/// journal.
public final class HeadNote implements AutoCloseable {
  /// A batch by its names, and how many were noted before it.
  public record Head(long term, long seq, long count) {}

  /// The least time from one sync to the next: each costs a disk write.
  private static final Duration SYNC_REST = Duration.ofMillis(100);

  private static final int SLOT_BYTES = 4096;
  private static final int NOTE_BYTES = 4 * Long.BYTES;
  private static final long MAGIC = 0x5445525448454144L;

  private final FileChannel file;
  private final ByteBuffer note = ByteBuffer.allocateDirect(NOTE_BYTES + Integer.BYTES);
  private @Nullable Head newest;

  private final BackgroundTask syncing;

  /// The failure of the last sync; `null` for none, or if it has been reported.
  private volatile @Nullable IOException failure;

  private HeadNote(FileChannel file, EngineGuard guard) {
    this.file = file;
    syncing = new BackgroundTask("head-note", SYNC_REST, this::sync, guard);
  }

  /// Opens the note, or makes an empty one.
  public static HeadNote open(Path path) throws IOException {
    return open(path, EngineGuard.ofNoProcess());
  }

  /// Opens the note of a server, or makes an empty one.
  public static HeadNote open(Path path, EngineGuard guard) throws IOException {
    FileChannel file =
        PrivateFiles.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    HeadNote opened = new HeadNote(file, guard);
    try {
      PrivateFiles.close(path);
      if (file.size() < 2 * SLOT_BYTES) {
        // Now, so that a full disk can't be in the way later.
        file.write(ByteBuffer.allocate(2 * SLOT_BYTES), 0);
        file.force(true);
        DataFolder.syncFolder(path.toAbsolutePath().getParent());
      }
      opened.newest = opened.readNewest();
      return opened;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// Reads what was noted last, and leaves the note as it is.
  ///
  /// @return `null` if nothing was, or it can't be made out
  public static @Nullable Head read(Path path) throws IOException {
    if (!PrivateFiles.requirePlain(path)) {
      return null;
    }
    try (HeadNote note =
        new HeadNote(PrivateFiles.open(path, StandardOpenOption.READ), EngineGuard.ofNoProcess())) {
      return note.readNewest();
    }
  }

  private @Nullable Head readNewest() throws IOException {
    Head first = read(0);
    Head second = read(1);
    return second != null && (first == null || second.count > first.count) ? second : first;
  }

  /// What was noted last; `null` if nothing was, or it can't be made out.
  public @Nullable Head newest() {
    return newest;
  }

  /// Notes a batch. It outlasts this process at once, and the machine soon.
  ///
  /// @throws IOException if it can't be written, or what was written before could not be synced
  public void write(long term, long seq) throws IOException {
    Head head = new Head(term, seq, newest == null ? 1 : newest.count + 1);
    note.clear().putLong(MAGIC).putLong(term).putLong(seq).putLong(head.count);
    note.putInt(checksum()).flip();
    long at = (head.count & 1) * SLOT_BYTES;
    while (note.hasRemaining()) {
      at += file.write(note, at);
    }
    newest = head;
    syncing.wake();
    IOException failed = failure;
    if (failed != null) {
      failure = null;
      throw failed;
    }
  }

  private void sync() {
    try {
      file.force(false);
    } catch (IOException e) {
      failure = e;
    }
  }

  private @Nullable Head read(int slot) throws IOException {
    note.clear();
    if (file.read(note, (long) slot * SLOT_BYTES) < note.capacity()
        || note.getInt(NOTE_BYTES) != checksum()
        || note.getLong(0) != MAGIC) {
      return null;
    }
    return new Head(note.getLong(8), note.getLong(16), note.getLong(24));
  }

  private int checksum() {
    CRC32C crc = new CRC32C();
    crc.update(note.duplicate().clear().limit(NOTE_BYTES));
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    syncing.close();
    file.close();
  }
}
