package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.StorageFaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Checks that writes go to the files in the data folder. SQLite continues to write to files that
/// were moved, deleted or replaced, and such data is lost.
///
/// It also holds the one channel by which this process reads and writes the database file beside
/// SQLite. Closing such a channel takes SQLite's own locks off the file, so it stays open until the
/// database is closed.
///
/// Where a file system has no file identities, only missing files are detected. Owned by the
/// writer.
final class DatabaseFiles implements AutoCloseable {
  private static final int HEADER = 100;
  private static final int PAGE_SIZE_AT = 16;
  private static final int CHANGES_AT = 24;
  private static final int PAGES_AT = 28;
  private static final int PAGES_VALID_AT = 92;

  private final Path database;
  private final Path log;
  private final Path index;
  private final DataFolder folder;
  private final @Nullable Object databaseKey;

  /// Of the connection that is open; `null` until they were seen.
  private @Nullable BasicFileAttributes logSeen;

  private @Nullable BasicFileAttributes indexSeen;
  private long largest;
  private long logBytes;

  /// `null` until it is needed.
  private @Nullable FileChannel channel;

  /// @param database is there
  DatabaseFiles(DataFolder folder, Path database) throws IOException {
    this.folder = folder;
    this.database = database;
    log = SqliteDatabase.beside(database, "-wal");
    index = SqliteDatabase.beside(database, "-shm");
    BasicFileAttributes seen = attributes(database);
    databaseKey = seen.fileKey();
    largest = seen.size();
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /// The database file. Not to be closed by the caller.
  FileChannel channel() throws IOException {
    FileChannel open = channel;
    if (open == null) {
      open = PrivateFiles.open(database, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel = open;
    }
    return open;
  }

  /// How large the write-ahead log is now, in bytes.
  long logBytesNow() throws IOException {
    return Files.exists(log, LinkOption.NOFOLLOW_LINKS) ? Files.size(log) : 0;
  }

  /// Called before the writer's connection is closed.
  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }

  /// The writer's connection was closed, with which SQLite's own files may have gone.
  void released() {
    logSeen = null;
    indexSeen = null;
  }

  /// How large the write-ahead log was when it was last looked at, in bytes.
  long logBytes() {
    return logBytes;
  }

  /// Looks at the files.
  ///
  /// @throws StorageFaultException if one of them is not that which is written, or the database was
  ///   cut off
  void require() throws StorageFaultException {
    try {
      if (!folder.isHeld()) {
        throw moved(folder.path());
      }
      BasicFileAttributes now = attributes(database);
      if (!Objects.equals(databaseKey, now.fileKey())) {
        throw moved(database);
      }
      requireWhole(now.size());
      logSeen = same(log, logSeen);
      indexSeen = same(index, indexSeen);
      logBytes = logSeen == null ? 0 : logSeen.size();
    } catch (NoSuchFileException e) {
      throw moved(Path.of(String.valueOf(e.getFile())));
    } catch (IOException e) {
      throw new StorageFaultException(StorageFault.GONE, DataFolder.reason(e));
    }
  }

  private static @Nullable BasicFileAttributes same(Path file, @Nullable BasicFileAttributes before)
      throws IOException, StorageFaultException {
    if (before == null && !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    BasicFileAttributes now = attributes(file);
    if (before != null && !Objects.equals(before.fileKey(), now.fileKey())) {
      throw moved(file);
    }
    return now;
  }

  private static StorageFaultException moved(Path file) {
    return new StorageFaultException(
        StorageFault.MOVED, "%s was moved, deleted or replaced".formatted(file));
  }

  /// A rewritten database is smaller, and its header says so.
  private void requireWhole(long size) throws IOException, StorageFaultException {
    if (size < largest && isCutOff(size)) {
      throw new StorageFaultException(
          StorageFault.CUT_OFF, "%s has %s bytes, but had %s".formatted(database, size, largest));
    }
    largest = size;
  }

  private boolean isCutOff(long size) throws IOException {
    if (size < HEADER) {
      return true;
    }
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    channel().read(header, 0);
    int page = Short.toUnsignedInt(header.getShort(PAGE_SIZE_AT));
    long pages = Integer.toUnsignedLong(header.getInt(PAGES_AT));
    return header.getInt(CHANGES_AT) == header.getInt(PAGES_VALID_AT)
        && size < pages * (page == 1 ? 65_536 : page);
  }
}
