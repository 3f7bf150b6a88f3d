package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.BackupReport;
import dev.tertulia.server.storage.DataFolderOperations.CheckReport;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.sqlite.CompactCopy;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Copies the database of a data folder, whether a server uses it or not.
///
/// The copy is a consistent snapshot in one file, which gets its final name once it is complete,
/// synced and verified: a file with that name is a good backup.
public final class Backup {
  private Backup() {}

  /// Copies the database of `folder` to `target`.
  ///
  /// @throws DataFolderException if there is no database, or if `target` exists or can't be written
  /// @throws CorruptionException if the copy is damaged, because the database is
  public static BackupReport make(Path folder, Path target, Progress progress) {
    Path file = target.toAbsolutePath();
    Path parent = file.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new DataFolderException(
          "the folder %s does not exist: create it, or choose another with --to".formatted(parent));
    }
    if (Files.exists(file)) {
      throw new DataFolderException(
          "the file %s already exists: remove it, or choose another with --to".formatted(target));
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try {
      try {
        CompactCopy.make(DataFolder.databaseIn(folder), part, progress);
        CheckReport read = Check.ofCopy(part, progress);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        DataFolder.syncFolder(parent);
        return new BackupReport(read.topics(), read.entries(), Files.size(file));
      } finally {
        SqliteDatabase.remove(part);
      }
    } catch (CorruptionException e) {
      throw new CorruptionException(
          "no backup was made, because the database is damaged: %s. Keep your earlier backups; './tertulia check' lists the damage"
              .formatted(e.getMessage()),
          e);
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot write the backup %s: %s. Free disk space, or choose another place with --to"
              .formatted(target, DataFolder.reason(e)),
          e);
    }
  }
}
