package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.StorageFault;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;

/// Copies a database into one file without unused pages, and so without traces of deleted data. The
/// copy is a consistent snapshot, even while a server writes.
public final class CompactCopy {
  private static final List<String> LOGS = List.of("-wal", "-journal");

  /// After how many steps of SQLite's machine it is looked how far it is: some tens of
  /// milliseconds.
  private static final int STEPS = 1_000_000;

  private CompactCopy() {}

  /// Makes `target` a copy of `database`, on the disk when this returns. What stands in for a copy
  /// that fails is removed.
  ///
  /// @param target is not there yet, or was left by a copy that was broken off
  /// @throws IOException if the disk doesn't take it
  public static void make(Path database, Path target, Progress progress) throws IOException {
    SqliteDatabase.remove(target);
    boolean done = false;
    try (SqliteSnapshot snapshot = SqliteSnapshot.of(database)) {
      Connection connection = snapshot.connection();
      requireNothingForeign(connection);
      PrivateFiles.make(target);
      connection.setAutoCommit(true);
      if (!AutoVacuum.isSet(connection)) {
        // That of the copy: the database that is read stays as it is.
        snapshot.execute(AutoVacuum.SET);
      }
      long bytes = snapshot.number("PRAGMA page_count") * snapshot.number("PRAGMA page_size");
      ProgressHandler.setHandler(
          connection,
          STEPS,
          new ProgressHandler() {
            @Override
            protected int progress() {
              progress.at("bytes copied", size(target), bytes);
              return 0;
            }
          });
      try (PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
        vacuum.setString(1, target.toString());
        vacuum.execute();
      } catch (SQLException e) {
        if (snapshot.isGivenUp()) {
          throw snapshot.failure(e);
        }
        throw e;
      }
      try (Connection copy =
              SqliteConnections.open(target, new SQLiteConfig(), SqliteConnections.Access.WRITE);
          Statement statement = copy.createStatement()) {
        // One file, that can be read where nothing can be written.
        statement.execute("PRAGMA journal_mode = DELETE");
      }
      try (FileChannel file = PrivateFiles.open(target, StandardOpenOption.WRITE)) {
        file.force(true);
      }
      done = true;
    } catch (SQLException e) {
      throw CorruptionException.in(
          StorageFault.of(e) == StorageFault.DAMAGED ? database : target, e);
    } finally {
      if (!done) {
        SqliteDatabase.remove(target);
      }
    }
  }

  /// Puts a copy in the place of the database of a folder, at once.
  ///
  /// @param fresh is on the disk, and beside the database, whose write-ahead log is empty and which
  ///   nobody has open for writing
  public static void replace(DataFolder folder, Path fresh) throws IOException {
    Path database = folder.database();
    for (String end : LOGS) {
      // Of the database that is replaced: SQLite would bring it into the new one.
      Files.deleteIfExists(SqliteDatabase.beside(database, end));
    }
    Files.move(fresh, database, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(SqliteDatabase.beside(database, "-shm"));
    DataFolder.syncFolder(folder.path());
  }

  private static void requireNothingForeign(Connection connection) throws SQLException {
    List<String> foreign = Schema.foreign(connection);
    if (!foreign.isEmpty()) {
      throw new CorruptionException(String.join(", ", foreign));
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException notThereYet) {
      return 0;
    }
  }
}
