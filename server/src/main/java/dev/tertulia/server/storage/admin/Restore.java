package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.CheckReport;
import dev.tertulia.server.storage.DataFolderOperations.RestoreReport;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.CompactCopy;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.storage.sqlite.SqliteConnections;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/// Replaces the database of a data folder with a backup. The backup is verified first, and the
/// folder contains a complete database at every moment: the previous one, or the backup.
///
/// The next start begins a new term, as every start does: clients that had seen more than the
/// backup contains are told so, and no others.
public final class Restore {
  private static final DateTimeFormatter ASIDE =
      DateTimeFormatter.ofPattern("'replaced-'yyyyMMdd-HHmmss", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /// What SQLite would bring into a database of that name, by the ends of the names.
  private static final List<String> LOGS = List.of("-wal", "-journal");

  private Restore() {}

  /// Puts `backup` in place.
  ///
  /// @param replace whether a database that is there may be put aside
  /// @throws DataFolderException if the folder is in use or holds a database, or one of both can't
  ///   be read or written; nothing was changed then
  /// @throws CorruptionException if the backup is damaged; nothing was changed
  public static RestoreReport into(
      Path folder, Path backup, boolean replace, InstantSource clock, Progress progress) {
    if (!Files.isRegularFile(backup)) {
      throw new DataFolderException(
          "the backup %s does not exist: name a file made by './tertulia backup' with --from"
              .formatted(backup));
    }
    try (DataFolder data = DataFolder.open(folder)) {
      Path database = data.database();
      if (Files.exists(database) && Files.isSameFile(database, backup)) {
        throw new DataFolderException("the backup %s is the database itself".formatted(backup));
      }
      if (Files.exists(database) && !replace) {
        throw new DataFolderException(
            "the data folder %s already holds a database: add --replace to move it aside, or choose another folder with --data"
                .formatted(folder));
      }
      // A symbolic link stands for its target.
      return put(data, backup.toRealPath(), clock, progress);
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot restore the backup to %s: %s. Free disk space, or choose another folder with --data"
              .formatted(folder, DataFolder.reason(e)),
          e);
    } catch (CorruptionException e) {
      throw new CorruptionException(
          "the backup %s is damaged, and nothing was changed: %s. Use an older one"
              .formatted(backup, e.getMessage()),
          e);
    }
  }

  private static RestoreReport put(
      DataFolder data, Path backup, InstantSource clock, Progress progress) throws IOException {
    Path fresh = SqliteDatabase.beside(data.database(), ".new");
    try {
      CompactCopy.make(backup, fresh, progress);
      CheckReport read = Check.ofCopy(fresh, progress);
      HeadNote.@Nullable Head head = head(fresh);
      Path aside = Files.exists(data.database()) ? putAside(data, clock) : null;
      Files.deleteIfExists(data.headNote());
      CompactCopy.replace(data, fresh);
      if (head != null) {
        try (HeadNote note = HeadNote.open(data.headNote())) {
          note.write(head.term(), head.seq());
        }
      }
      return new RestoreReport(read.topics(), read.entries(), aside);
    } finally {
      SqliteDatabase.remove(fresh);
    }
  }

  /// The last batch in `database`; `null` if there is none.
  private static HeadNote.@Nullable Head head(Path database) {
    try (Snapshot snapshot = SqliteSnapshot.of(database);
        PreparedStatement newest =
            snapshot
                .connection()
                .prepareStatement(
                    "SELECT term, max(seq) FROM batch WHERE aborted = 0 GROUP BY term"
                        + " ORDER BY max(time) DESC LIMIT 1");
        ResultSet result = newest.executeQuery()) {
      return result.next() ? new HeadNote.Head(result.getLong(1), result.getLong(2), 0) : null;
    } catch (SQLException e) {
      throw CorruptionException.in(database, e);
    }
  }

  /// Gives the files of the database and its note a second name in a folder of their own, and takes
  /// away their first, but the database's, which is replaced.
  private static Path putAside(DataFolder data, InstantSource clock) throws IOException {
    Path aside = newFolder(data.path(), ASIDE.format(clock.instant()));
    Path database = data.database();
    foldLog(database);
    for (String end : LOGS) {
      moveInto(aside, SqliteDatabase.beside(database, end));
    }
    moveInto(aside, data.headNote());
    Path kept = aside.resolve(database.getFileName());
    try {
      Files.createLink(kept, database);
    } catch (UnsupportedOperationException e) {
      Files.copy(database, kept);
    }
    DataFolder.syncFolder(aside);
    DataFolder.syncFolder(data.path());
    return aside;
  }

  private static Path newFolder(Path parent, String name) throws IOException {
    for (int i = 1; ; i++) {
      try {
        return PrivateFiles.makeFolder(parent.resolve(i == 1 ? name : name + "-" + i));
      } catch (FileAlreadyExistsException taken) {
        // The next number.
      }
    }
  }

  private static void moveInto(Path folder, Path file) throws IOException {
    if (Files.exists(file)) {
      Files.move(file, folder.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /// Brings the write-ahead log into the database. If that can't be, it is kept as it is.
  private static void foldLog(Path database) {
    try (Connection connection =
            SqliteConnections.open(database, new SQLiteConfig(), SqliteConnections.Access.WRITE);
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (SQLException damaged) {
      // That may be why it is replaced.
    }
  }
}
