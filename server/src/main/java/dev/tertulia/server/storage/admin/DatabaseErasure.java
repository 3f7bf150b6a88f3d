package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.ErasureCounts;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.topic.LogException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Erases a client from a PostgreSQL database, as [ErasureOperation] does from a data folder. While
/// no server uses the database, this does it in one transaction, and has the tables rewritten.
final class DatabaseErasure implements DataFolderOperations.Erasure {
  private final DatabaseOperations operations;
  private final PostgresDatabase database;
  private final Path folder;
  private final String client;
  private final ErasureCounts counts;
  private final List<String> rooms;
  private final boolean served;

  private DatabaseErasure(
      DatabaseOperations operations,
      PostgresDatabase database,
      Path folder,
      String client,
      ErasureCounts counts,
      List<String> rooms,
      boolean served) {
    this.operations = operations;
    this.database = database;
    this.folder = folder;
    this.client = client;
    this.counts = counts;
    this.rooms = List.copyOf(rooms);
    this.served = served;
  }

  /// Finds all that there is of `client`.
  static DatabaseErasure of(
      DatabaseOperations operations, Path folder, String client, Progress progress) {
    ErasureOperation.requireClient(client);
    PostgresDatabase database = operations.existing();
    try (Snapshot snapshot = database.snapshot();
        Connection alone = operations.alone(database)) {
      LogTables tables = new LogTables(snapshot.connection());
      progress.at("entries read", 0, 0);
      return new DatabaseErasure(
          operations,
          database,
          folder,
          client,
          ErasureOperation.counts(tables, client),
          ErasureOperation.roomsNamedAfter(tables, client),
          alone == null);
    } catch (SQLException e) {
      throw operations.failure("nothing was erased", e);
    }
  }

  @Override
  public boolean isServed() {
    return served;
  }

  @Override
  public ErasureCounts counts() {
    return counts;
  }

  @Override
  public List<String> roomsNamedAfter() {
    return rooms;
  }

  /// A restore leaves none.
  @Override
  public List<Path> putAside() {
    return List.of();
  }

  @Override
  public void carryOut(Progress progress) {
    try {
      while (true) {
        Connection alone = operations.alone(database);
        if (alone != null) {
          erase(database, alone, progress, /* lasting= */ true);
          eraseWhatNeedNotLast(progress);
          return;
        }
        if (operations.ask(folder, new FolderServer.Erase(client), progress)
            instanceof FolderServer.Erased) {
          return;
        }
      }
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot ask the server of the data folder %s: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private void eraseWhatNeedNotLast(Progress progress) {
    PostgresDatabase passing = PostgresDatabase.passingIfAny(operations.address());
    if (passing == null) {
      return;
    }
    Connection alone = operations.alone(passing);
    if (alone == null) {
      throw new DataFolderException(
          "the client is erased from what lasts, but a server has begun to use the database %s: run this again"
              .formatted(passing));
    }
    erase(passing, alone, progress, /* lasting= */ false);
  }

  private void erase(PostgresDatabase from, Connection alone, Progress progress, boolean lasting) {
    try (LogTables tables = LogTables.alone(alone, Tables.SHARED)) {
      ErasureOperation.erase(tables, client, progress);
      List<String> names =
          Tables.SHARED.all().stream()
              .map(Table::name)
              .collect(Collectors.toCollection(ArrayList::new));
      if (lasting) {
        from.forgetInOutbox(alone, client);
        names.add("outbox");
      }
      from.commit(alone);
      progress.at("rewriting the tables", 0, 0);
      alone.setAutoCommit(true);
      from.rewrite(alone, names);
    } catch (LogException e) {
      throw new CorruptionException(
          "nothing was erased, because the database is damaged: %s".formatted(e.getMessage()), e);
    } catch (SQLException e) {
      throw operations.failure("the erasure is incomplete", e);
    }
  }

  @Override
  public void close() {}
}
