package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The operations of this package on data folders with SQLite databases.
public final class FolderOperations implements DataFolderOperations {
  private final FolderServer server;

  /// @param server asked to work on a folder that a server uses, if the work changes it
  public FolderOperations(FolderServer server) {
    this.server = server;
  }

  @Override
  public DataFolderOperations over(PostgresAddress database) {
    return new DatabaseOperations(database, server);
  }

  @Override
  public BackupReport backup(Path folder, Path target, Progress progress) {
    return Backup.make(folder, target, progress);
  }

  @Override
  public RestoreReport restore(Path folder, Path backup, boolean replace, Progress progress) {
    return Restore.into(folder, backup, replace, InstantSource.system(), progress);
  }

  @Override
  public CheckReport check(Path folder, Progress progress) {
    return Check.of(folder, progress);
  }

  @Override
  public ExportReport export(
      Path folder,
      OutputStream out,
      Consumer<String> findings,
      boolean skipDamaged,
      Progress progress)
      throws IOException {
    return Export.of(folder, out, findings, skipDamaged, progress);
  }

  @Override
  public ImportReport importLines(Path folder, Path file, Progress progress) throws IOException {
    return Import.into(folder, file, server, progress);
  }

  @Override
  public ImportReport importLines(Path folder, InputStream in, Progress progress)
      throws IOException {
    return Import.into(folder, in, server, progress);
  }

  @Override
  public @Nullable Keys keys(Path folder) {
    return StoredKeys.open(folder);
  }

  @Override
  public Erasure erasure(Path folder, String client, Progress progress) {
    return ErasureOperation.of(folder, client, server, progress);
  }
}
