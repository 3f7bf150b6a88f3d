package dev.tertulia.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The folder of the database of a server, which belongs to one process at a time: the process that
/// opens it holds its lock until [#close], or until the process ends in any way.
///
/// It contains `tertulia.sqlite`, with SQLite's own files while it is open; `tertulia.head`, see
/// `HeadNote`; `memory.sqlite`, which each start creates again; `lock`, with the process id; the
/// files of [OperatorAccess] while a server runs; and temporarily `erasure.pending`, the client
/// that is being erased, `import-….jsonl`, which a command imports, and `import.sqlite` and
/// `import.jsonl`, with which an import is checked.
public final class DataFolder implements AutoCloseable {
  static final String DATABASE = "tertulia.sqlite";
  static final String HEAD_NOTE = "tertulia.head";
  private static final String LOCK = "lock";

  private static final Duration TRY_AGAIN = Duration.ofMillis(50);
  private static final int TRIES = 5;

  private final Path folder;
  private final FileChannel lock;

  /// What tells the lock's file from another in its place; `null` where nothing does.
  private final @Nullable Object lockKey;

  /// That other users had permissions when the folder was opened; `null` if they had none.
  private final @Nullable String warning;

  private DataFolder(
      Path folder, FileChannel lock, @Nullable Object lockKey, @Nullable String warning) {
    this.folder = folder;
    this.lock = lock;
    this.lockKey = lockKey;
    this.warning = warning;
  }

  /// Creates the folder if needed, and locks it.
  ///
  /// @throws DataFolderException if it can't be created or written, or another process holds the
  ///   lock
  public static DataFolder open(Path folder) {
    DataFolder opened = openUnlessServed(folder);
    if (opened == null) {
      throw new DataFolderException(
          "the data folder %s is in use by another server%s, which holds the lock %s: stop that server, or choose another folder with --data"
              .formatted(folder, ownerOf(folder), folder.resolve(LOCK)));
    }
    return opened;
  }

  /// Creates the folder if needed, and locks it unless another process holds the lock.
  ///
  /// @return `null` if another process, which may be a server, holds the lock
  /// @throws DataFolderException if it can't be made or written
  public static @Nullable DataFolder openUnlessServed(Path folder) {
    make(folder);
    String warning = FolderRights.require(folder);
    DataFolder opened = openUnlessTaken(folder, warning);
    // A process that waits for a server to end holds the lock for an instant.
    for (int i = 0; opened == null && i < TRIES; i++) {
      LockSupport.parkNanos(TRY_AGAIN.toNanos());
      opened = openUnlessTaken(folder, warning);
    }
    return opened;
  }

  /// Whether no process holds the lock of an existing folder. The check holds the lock for an
  /// instant.
  ///
  /// @throws DataFolderException if the lock can't be opened
  public static boolean isFree(Path folder) {
    try (FileChannel channel =
            PrivateFiles.open(
                folder.resolve(LOCK),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock held = tryLock(channel)) {
      return held != null;
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  private static DataFolderException unwritable(Path folder, IOException e) {
    return new DataFolderException(
        "cannot write to the data folder %s: %s. Give this user write permission, free disk space, or choose another folder with --data"
            .formatted(folder, reason(e)),
        e);
  }

  /// Locks an existing folder unless another process holds the lock.
  ///
  /// @return `null` if another process holds the lock
  /// @throws DataFolderException if it can't be written
  public static @Nullable DataFolder openUnlessTaken(Path folder) {
    return openUnlessTaken(folder, FolderRights.require(folder));
  }

  private static @Nullable DataFolder openUnlessTaken(Path folder, @Nullable String warning) {
    FileChannel lock = lock(folder);
    return lock == null ? null : new DataFolder(folder, lock, lockKey(folder), warning);
  }

  private static void make(Path folder) {
    try {
      boolean isNew = !Files.exists(folder);
      PrivateFiles.makeFolders(folder);
      if (isNew) {
        syncFolder(folder.toAbsolutePath().getParent());
      }
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot create the data folder %s: %s. Choose another one with --data"
              .formatted(folder, reason(e)),
          e);
    }
  }

  /// @return `null` if another process has the lock
  private static @Nullable FileChannel lock(Path folder) {
    FileChannel channel = null;
    try {
      channel =
          PrivateFiles.open(
              folder.resolve(LOCK),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock held = tryLock(channel);
      if (held == null) {
        channel.close();
        return null;
      }
      byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
      PrivateFiles.close(folder.resolve(LOCK));
      channel.truncate(0).write(ByteBuffer.wrap(pid), 0);
      return channel;
    } catch (IOException e) {
      closeQuietly(channel);
      throw unwritable(folder, e);
    }
  }

  /// The process that holds the lock of `folder`, for messages; empty if unknown.
  public static String ownerOf(Path folder) {
    try (FileChannel channel = PrivateFiles.open(folder.resolve(LOCK), StandardOpenOption.READ)) {
      String owner = owner(channel);
      return owner.isEmpty() ? "" : ", process " + owner;
    } catch (IOException e) {
      return "";
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  /// The number in the lock's file; empty if there is none.
  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(20);
    channel.read(text, 0);
    String owner = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).trim();
    return owner.chars().allMatch(Character::isDigit) ? owner : "";
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The earlier failure is reported.
      }
    }
  }

  private static @Nullable Object lockKey(Path folder) {
    try {
      return Files.readAttributes(
              folder.resolve(LOCK), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (IOException e) {
      return null;
    }
  }

  /// Whether the folder in this place is still the one whose lock is held.
  public boolean isHeld() {
    return lockKey == null || lockKey.equals(lockKey(folder));
  }

  /// A line for the log: other users had or still have permissions in the folder when it was
  /// opened. It contains the command that removes them.
  ///
  /// @return `null` if they had none
  public @Nullable String warning() {
    return warning;
  }

  /// The folder itself.
  public Path path() {
    return folder;
  }

  /// The database of durable topics.
  public Path database() {
    return databaseIn(folder);
  }

  /// The database of durable topics in `folder`, regardless of the process that holds it.
  public static Path databaseIn(Path folder) {
    return folder.resolve(DATABASE);
  }

  /// The database of topics that are kept until the next start.
  public Path memoryDatabase() {
    return folder.resolve("memory.sqlite");
  }

  /// The note of the log's head.
  public Path headNote() {
    return headNoteIn(folder);
  }

  /// The head note in `folder`, regardless of the process that holds it.
  public static Path headNoteIn(Path folder) {
    return folder.resolve(HEAD_NOTE);
  }

  /// Syncs the names of new files in `folder` to disk.
  public static void syncFolder(@Nullable Path folder) throws IOException {
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  public static String reason(IOException e) {
    String message = e.getMessage();
    return e.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
  }

  /// Tells the commands of the operator how to reach the server that has opened this folder.
  ///
  /// @param database which one the server uses, for people; `null` if it is in the folder
  /// @throws DataFolderException if the folder can't be written
  public void admit(OperatorAccess operator, @Nullable String database) {
    try {
      operator.write(folder, database);
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /// Removes what [#admit] has written, unless another folder is in this place.
  public void forgetOperator() {
    if (isHeld()) {
      try {
        OperatorAccess.remove(folder);
      } catch (IOException e) {
        throw unwritable(folder, e);
      }
    }
  }

  /// Releases the folder. Files in it must be closed before.
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new DataFolderException("the lock of " + folder + " can't be released", e);
    }
  }
}
