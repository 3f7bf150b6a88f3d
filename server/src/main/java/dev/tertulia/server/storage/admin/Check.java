package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.CheckReport;
import dev.tertulia.server.storage.DataFolderOperations.Finding;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Verifies a data folder with an [Inspection], whether a server uses it or not. Changes nothing.
public final class Check {
  private Check() {}

  /// Verifies `folder`.
  ///
  /// @throws DataFolderException if there is no database that can be read
  /// @throws CorruptionException if the damage prevents opening it
  public static CheckReport of(Path folder, Progress progress) {
    HeadNote.Head head;
    try {
      // Read before the database, because the log can only grow meanwhile.
      head = HeadNote.read(DataFolder.headNoteIn(folder));
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot read the head note %s: %s"
              .formatted(DataFolder.headNoteIn(folder), DataFolder.reason(e)),
          e);
    }
    try (Snapshot snapshot = SqliteSnapshot.of(DataFolder.databaseIn(folder))) {
      return report(snapshot, head, progress);
    }
  }

  /// Verifies what a snapshot shows.
  ///
  /// @throws CorruptionException if the damage prevents reading it
  public static CheckReport of(Snapshot snapshot, Progress progress) {
    return report(snapshot, /* head= */ null, progress);
  }

  /// Verifies a copy of a database completely.
  ///
  /// Unreadable entries that are as they were stored are accepted.
  ///
  /// @throws CorruptionException if it is damaged; the message names the first problem
  static CheckReport ofCopy(Path database, Progress progress) {
    try (Snapshot snapshot = SqliteSnapshot.of(database)) {
      CheckReport report = report(snapshot, null, progress);
      for (Finding finding : report.findings()) {
        if (!isAsStored(finding)) {
          throw new CorruptionException(finding.place() + ": " + finding.what());
        }
      }
      return report;
    }
  }

  /// Whether a finding is an unreadable entry that is as it was stored; a copy with it is as good
  /// as the original.
  private static boolean isAsStored(Finding finding) {
    return finding.remedy().equals(Inspection.DELETE);
  }

  private static CheckReport report(
      Snapshot snapshot, HeadNote.@Nullable Head head, Progress progress) {
    try {
      List<Finding> findings = new Inspection(snapshot, head, progress).run();
      return new CheckReport(count(snapshot, "topic"), count(snapshot, "entry"), findings);
    } catch (SQLException e) {
      throw snapshot.failure(e);
    }
  }

  /// The number of rows, as far as it can be determined in a damaged database.
  private static long count(Snapshot snapshot, String table) throws SQLException {
    try {
      return snapshot.number("SELECT count(*) FROM " + table);
    } catch (SQLException e) {
      if (StorageFault.of(e) == StorageFault.DAMAGED) {
        return 0;
      }
      throw e;
    }
  }
}
