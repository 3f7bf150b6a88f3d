package dev.tertulia.server;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.OnlineOperations;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.RunningOperations;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The logs in files of the data folder. What need not last has a file of its own, which is created
/// at the first start that needs it.
final class SqliteStore implements LogStore {
  private final DataFolder folder;

  SqliteStore(DataFolder folder) {
    this.folder = folder;
  }

  @Override
  public String name() {
    return folder.database().toString();
  }

  @Override
  public SqlJournal openLasting(SqlJournal.Plan plan, Progress progress) {
    return SqlJournal.durable(folder, plan, progress);
  }

  @Override
  public SqlJournal openPassing(SqlJournal.Plan plan) {
    return SqlJournal.passing(folder, plan);
  }

  @Override
  public ReadSource lasting() {
    return SqliteDatabase.reading(folder.database()).reader();
  }

  @Override
  public ReadSource passing() {
    return SqliteDatabase.reading(folder.memoryDatabase()).reader();
  }

  /// Where another folder is in this one's place, SQLite would remove files of that one.
  @Override
  public boolean mayClose() {
    return folder.isHeld();
  }

  @Override
  public OnlineOperations operations(
      List<SqlJournal> journals, Consumer<ClientId> erased, EngineGuard guard) {
    List<Path> files = List.of(folder.database(), folder.memoryDatabase());
    List<RunningOperations.Place> places = new ArrayList<>();
    for (SqlJournal journal : journals) {
      places.add(new RunningOperations.Place(journal, files.get(places.size())));
    }
    return new RunningOperations(folder.path(), places, erased, guard);
  }

  @Override
  public void addTo(Meters meters, boolean hasPassing) {
    StorageMeters.addDatabase(meters, "durable", folder.database());
    if (hasPassing) {
      StorageMeters.addDatabase(meters, "memory", folder.memoryDatabase());
    }
  }
}
