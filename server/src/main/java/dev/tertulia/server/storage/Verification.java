package dev.tertulia.server.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// Reads a copy of a database through, as whoever relies on it must: its pages, and every row with
/// its checksum.
final class Verification {
  private Verification() {}

  /// Returns what is in `database`.
  ///
  /// @throws UnsoundException if it is not whole; the message says what is wrong first
  static Export.Report of(Path database, Progress progress) throws IOException {
    try (Snapshot snapshot = Snapshot.of(database);
        Statement statement = snapshot.statement();
        ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
      if (!result.next() || !result.getString(1).equals("ok")) {
        throw new UnsoundException("the database's pages are damaged");
      }
    } catch (SQLException e) {
      throw UnsoundException.in(database, e);
    }
    return Export.ofDatabase(
        database,
        OutputStream.nullOutputStream(),
        finding -> {
          throw new UnsoundException(finding);
        },
        progress);
  }
}
