package dev.tertulia.server.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Says whether a data folder is sound: reads it through, as an [Inspection] does, while a server
/// runs on it or none does. Nothing is changed.
public final class Check {
  private Check() {}

  /// Something that is wrong.
  ///
  /// @param place where, without what people wrote
  /// @param remedy what to do
  public record Finding(String place, String what, String remedy) {
    /// Whether it is an entry that can't be read, and is as it was stored: a copy is none the
    /// worse.
    boolean isAsStored() {
      return remedy.equals(Inspection.DELETE);
    }
  }

  /// What there is.
  ///
  /// @param findings empty if it is sound
  public record Report(long topics, long entries, List<Finding> findings) {
    /// @param findings empty if it is sound
    public Report {
      findings = List.copyOf(findings);
    }
  }

  /// Reads `folder` through.
  ///
  /// @throws DataFolderException if there is no database that can be read
  /// @throws UnsoundException if it is so damaged that it can't be opened
  public static Report of(Path folder, Progress progress) {
    HeadNote.Head head;
    try {
      // Before the database, which may only get longer meanwhile.
      head = HeadNote.read(DataFolder.headNoteIn(folder));
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot read the head note %s: %s"
              .formatted(DataFolder.headNoteIn(folder), DataFolder.reason(e)),
          e);
    }
    try (Snapshot snapshot = Snapshot.of(DataFolder.databaseIn(folder))) {
      return report(snapshot, head, progress);
    }
  }

  /// Reads a copy of a database through, as whoever relies on it must.
  ///
  /// Entries that can't be read, and are as they were stored, are no reason against it.
  ///
  /// @throws UnsoundException if it is not sound; the message says what is wrong first
  static Report ofCopy(Path database, Progress progress) {
    try (Snapshot snapshot = Snapshot.of(database)) {
      Report report = report(snapshot, null, progress);
      for (Finding finding : report.findings) {
        if (!finding.isAsStored()) {
          throw new UnsoundException(finding.place() + ": " + finding.what());
        }
      }
      return report;
    }
  }

  private static Report report(Snapshot snapshot, HeadNote.@Nullable Head head, Progress progress) {
    try {
      List<Finding> findings = new Inspection(snapshot.connection(), head, progress).run();
      return new Report(count(snapshot, "topic"), count(snapshot, "entry"), findings);
    } catch (SQLException e) {
      throw snapshot.failure(e);
    }
  }

  /// How many rows there are, as far as that can be said of a damaged one.
  private static long count(Snapshot snapshot, String table) throws SQLException {
    try {
      return snapshot.number("SELECT count(*) FROM " + table);
    } catch (SQLException e) {
      if (Trouble.of(e) == Trouble.DAMAGED) {
        return 0;
      }
      throw e;
    }
  }
}
