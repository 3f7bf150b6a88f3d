package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.PrivateFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.Pragma;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteLimits;
import org.sqlite.SQLiteOpenMode;

/// Opens all connections to SQLite files.
///
/// A file may have been changed by other programs, so its schema is not trusted: no trigger runs,
/// no view, index or check calls a harmful function, no extension is loaded, and cells are checked
/// before use. Symbolic links are not followed. Safe for any thread.
public final class SqliteConnections {
  /// `SQLITE_OPEN_NOFOLLOW`, which [SQLiteOpenMode] lacks.
  private static final int NO_FOLLOW = 0x0100_0000;

  /// What a connection may do to the file itself.
  public enum Access {
    READ,
    WRITE
  }

  private SqliteConnections() {}

  /// Opens `file`, which is there, as `config` says.
  ///
  /// @throws SQLException if that can't be; also if it is not a plain file
  public static SQLiteConnection open(Path file, SQLiteConfig config, Access access)
      throws SQLException {
    SqliteLibrary.load();
    Path real = real(file);
    switch (access) {
      case READ -> config.setReadOnly(true);
      case WRITE -> config.resetOpenMode(SQLiteOpenMode.CREATE);
    }
    Properties properties = config.toProperties();
    properties.setProperty(
        Pragma.OPEN_MODE.getPragmaName(), Integer.toString(config.getOpenModeFlags() | NO_FOLLOW));
    SQLiteConnection connection = JDBC.createConnection("jdbc:sqlite:" + real, properties);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA trusted_schema = OFF");
      statement.execute("PRAGMA cell_size_check = ON");
      connection.setLimit(SQLiteLimits.SQLITE_LIMIT_TRIGGER_DEPTH, 0);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /// The path without a link: SQLite would refuse one also in the folders above.
  private static Path real(Path file) throws SQLException {
    try {
      PrivateFiles.requirePlain(file);
      Path parent = file.toAbsolutePath().getParent();
      return parent == null ? file : parent.toRealPath().resolve(file.getFileName());
    } catch (IOException e) {
      throw new SQLiteException(DataFolder.reason(e), SQLiteErrorCode.SQLITE_CANTOPEN);
    }
  }
}
