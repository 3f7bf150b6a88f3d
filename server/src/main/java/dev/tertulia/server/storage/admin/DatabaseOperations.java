package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.sql.Snapshot;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The operations on a PostgreSQL database. What changes it is done here as long as no server uses
/// it, and otherwise by the server of the data folder, if that is one of these.
///
/// What is read for somebody slow, or comes from there, lies in a temporary file meanwhile: a
/// transaction lasts only as long as the database and the disk take.
public final class DatabaseOperations implements DataFolderOperations {
  private final PostgresAddress address;
  private final FolderServer server;

  /// @param server asked to do what changes the database, if a server uses it
  public DatabaseOperations(PostgresAddress address, FolderServer server) {
    this.address = address;
    this.server = server;
  }

  @Override
  public DataFolderOperations over(PostgresAddress other) {
    return new DatabaseOperations(other, server);
  }

  @Override
  public BackupReport backup(Path folder, Path target, Progress progress) {
    throw new DataFolderException(
        "the database %s is PostgreSQL's, which has a backup of its own: 'pg_dump --schema=tertulia --format=custom --file=%s %s' makes one, and './tertulia export' another that any database takes"
            .formatted(address, target, address.database()));
  }

  @Override
  public RestoreReport restore(Path folder, Path backup, boolean replace, Progress progress) {
    throw new DataFolderException(
        "the database %s is PostgreSQL's, which restores its own backups: stop all servers, and run 'pg_restore --clean --if-exists --dbname=%s %s'"
            .formatted(address, address.database(), backup));
  }

  @Override
  public CheckReport check(Path folder, Progress progress) {
    try (Snapshot snapshot = existing().snapshot()) {
      return Check.of(snapshot, progress);
    }
  }

  @Override
  public ExportReport export(
      Path folder,
      OutputStream out,
      Consumer<String> findings,
      boolean skipDamaged,
      Progress progress)
      throws IOException {
    Path lines = Files.createTempFile("tertulia-export-", ".jsonl");
    try {
      ExportReport report;
      try (Snapshot snapshot = existing().snapshot();
          OutputStream file = new BufferedOutputStream(Files.newOutputStream(lines))) {
        report = Export.of(snapshot, file, findings, skipDamaged, progress);
      }
      try (InputStream in = Files.newInputStream(lines)) {
        in.transferTo(out);
        out.flush();
      }
      return report;
    } finally {
      Files.deleteIfExists(lines);
    }
  }

  @Override
  public ImportReport importLines(Path folder, Path file, Progress progress) throws IOException {
    PostgresDatabase database = open();
    while (true) {
      Connection alone = alone(database);
      if (alone != null) {
        try (InputStream in = Files.newInputStream(file)) {
          return importHere(database, alone, in, progress);
        }
      }
      FolderServer.ImportFile work =
          new FolderServer.ImportFile(
              file.toRealPath(), Files.isRegularFile(file) ? Files.size(file) : 0);
      if (ask(folder, work, progress) instanceof FolderServer.Imported(ImportReport report)) {
        return report;
      }
    }
  }

  @Override
  public ImportReport importLines(Path folder, InputStream in, Progress progress)
      throws IOException {
    PostgresDatabase database = open();
    Connection alone = alone(database);
    if (alone != null) {
      return importHere(database, alone, in, progress);
    }
    requireServer(folder);
    Path copy = Import.copy(folder, in);
    try {
      return importLines(folder, copy, progress);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private ImportReport importHere(
      PostgresDatabase database, Connection alone, InputStream in, Progress progress)
      throws IOException {
    Path files = Files.createTempDirectory("tertulia-import-");
    try (alone) {
      return BulkImport.run(database, alone, files, new BufferedInputStream(in), progress);
    } catch (SQLException e) {
      throw failure("nothing was imported", e);
    } finally {
      ImportRehearsal.removeLeftovers(files);
      Files.deleteIfExists(files);
    }
  }

  @Override
  public @Nullable Keys keys(Path folder) {
    PostgresDatabase database = open();
    Connection alone = alone(database);
    return alone == null
        ? null
        : new StoredKeys(address.toString(), new LogTables(alone), () -> {});
  }

  @Override
  public Erasure erasure(Path folder, String client, Progress progress) {
    return DatabaseErasure.of(this, folder, client, progress);
  }

  /// Opens the database, and creates the tables if there are none.
  private PostgresDatabase open() {
    return PostgresDatabase.open(address);
  }

  /// Opens the database, which is to have tables.
  PostgresDatabase existing() {
    return PostgresDatabase.existing(address);
  }

  PostgresAddress address() {
    return address;
  }

  /// A connection with the database to itself; `null` if a server uses it.
  @Nullable Connection alone(PostgresDatabase database) {
    try {
      return database.connectAlone();
    } catch (SQLException e) {
      throw failure("nothing was changed", e);
    }
  }

  RuntimeException failure(String changed, SQLException e) {
    StorageFault fault = StorageFault.of(e);
    String message =
        "%s: cannot use the database %s: %s (%s). To fix this, %s"
            .formatted(changed, address, fault.words(), e.getMessage(), fault.remedy());
    return fault == StorageFault.DAMAGED
        ? new CorruptionException(message, e)
        : new DataFolderException(message, e);
  }

  /// Has the server of the data folder do the work.
  ///
  /// @return `null` if it has ended before it was done
  /// @throws DataFolderException if no server of this folder uses the database
  FolderServer.@Nullable Reply ask(Path folder, FolderServer.Work work, Progress progress)
      throws IOException {
    requireServer(folder);
    ServedFolder served = new ServedFolder(folder, server, ServedFolder.Patience.DEFAULT, progress);
    return switch (served.ask(work)) {
      case ServedFolder.Done(FolderServer.Reply reply) -> reply;
      case ServedFolder.Taken(DataFolder taken) -> {
        taken.close();
        yield null;
      }
    };
  }

  /// Requires that a server of this database uses the folder.
  private void requireServer(Path folder) throws IOException {
    if (!Files.isDirectory(folder) || DataFolder.isFree(folder)) {
      throw new DataFolderException(
          "a server uses the database %s, and no server uses the data folder %s: run this on the machine of a server, with its folder as --data, or stop all servers"
              .formatted(address, folder));
    }
    String used = OperatorAccess.databaseOf(folder);
    if (!address.toString().equals(used)) {
      throw new DataFolderException(
          "a server uses the database %s, and the one of the data folder %s uses %s: name the folder of a server of this database with --data, and the database as that server does, or stop all servers"
              .formatted(address, folder, used == null ? "none that it has named yet" : used));
    }
  }
}
