package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.testing.EmptyDatabase;
import dev.tertulia.server.testing.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// Where a log can be stored. What is promised of a log is promised over each of them: such tests
/// are run for all. A log is named by a folder, whichever the store is.
public enum TestStore {
  SQLITE {
    @Override
    public Database open(DataFolder folder) {
      if (!Files.exists(folder.database()) && !Files.exists(folder.headNote())) {
        EmptyDatabase.putInto(folder.path());
      }
      return SqliteDatabase.lasting(folder);
    }

    @Override
    HeadNote note(DataFolder folder) throws IOException {
      return HeadNote.open(folder.headNote());
    }

    @Override
    public ReadSource reader(DataFolder folder) {
      return SqliteDatabase.reading(folder.database()).reader();
    }

    @Override
    public String ask(DataFolder folder, String sql) {
      return asked(folder.database(), sql);
    }
  },

  /// What is kept until the next start.
  SQLITE_MEMORY {
    @Override
    public Database open(DataFolder folder) {
      return SqliteDatabase.passing(folder);
    }

    @Override
    public Connection connect(DataFolder folder) throws SQLException {
      return SqliteDatabase.reading(folder.memoryDatabase()).connectReader();
    }

    @Override
    public ReadSource reader(DataFolder folder) {
      return SqliteDatabase.reading(folder.memoryDatabase()).reader();
    }

    @Override
    public String ask(DataFolder folder, String sql) {
      return asked(folder.memoryDatabase(), sql);
    }
  },

  POSTGRES {
    @Override
    public PostgresDatabase open(DataFolder folder) {
      return PostgresDatabase.open(PostgresAddress.of(url(folder), null));
    }

    @Override
    public ReadSource reader(DataFolder folder) {
      return open(folder).reader();
    }

    @Override
    public String ask(DataFolder folder, String sql) {
      return Postgres.ask(url(folder), sql);
    }

    @Override
    public void share(Path folder, Path with) {
      try {
        Files.copy(folder.resolve(ADDRESS), with.resolve(ADDRESS));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    void requireSound(Path folder) {
      Postgres.requireSound(urlIn(folder));
    }

    @Override
    SQLException noRoom() {
      return new PSQLException(new ServerErrorMessage("VERROR\0C53100\0Mno room, on purpose\0"));
    }
  },

  /// What is kept until the server crashes.
  POSTGRES_MEMORY {
    @Override
    public PostgresDatabase open(DataFolder folder) {
      return PostgresDatabase.passing(PostgresAddress.of(url(folder), null));
    }

    @Override
    void requireSound(Path folder) {
      Postgres.requireSound(PostgresDatabase.passing(PostgresAddress.of(urlIn(folder), null)));
    }

    @Override
    public ReadSource reader(DataFolder folder) {
      return open(folder).reader();
    }

    @Override
    public String ask(DataFolder folder, String sql) {
      try (Connection connection =
              Postgres.connectTo(url(folder), "&currentSchema=tertulia_memory");
          Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery(sql)) {
        return result.next() ? String.valueOf(result.getString(1)) : "";
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  };

  /// The file in which the address of a log's database stands.
  static final String ADDRESS = "postgres-address";

  private static String url(DataFolder folder) {
    return urlIn(folder.path());
  }

  private static String urlIn(Path folder) {
    // It lies beside the folder's files, so that the log is the same when it is opened again.
    Path address = folder.resolve(ADDRESS);
    try {
      if (!Files.exists(address)) {
        Files.writeString(address, Postgres.shared().copyOf(EmptyPostgres.URL));
      }
      return Files.readString(address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Opens the database of a log for its writer; creates it if there is none.
  public abstract Database open(DataFolder folder);

  /// The note of its head; `null` if it has none.
  @Nullable HeadNote note(DataFolder folder) throws IOException {
    return null;
  }

  /// A connection of the test's own.
  public Connection connect(DataFolder folder) throws SQLException {
    return open(folder).connect();
  }

  /// What reads what a writer has stored.
  public abstract ReadSource reader(DataFolder folder);

  /// The first column of the first row.
  public abstract String ask(DataFolder folder, String sql);

  /// Makes the log of another folder that of this one, as far as the store can be shared.
  public void share(Path folder, Path with) {
    throw new UnsupportedOperationException();
  }

  /// Changes rows, in a transaction of its own.
  void change(DataFolder folder, String sql) {
    try (Connection connection = connect(folder);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What a commit meets when the disk is full.
  SQLException noRoom() {
    return new SQLiteException("no room, on purpose", SQLiteErrorCode.SQLITE_FULL);
  }

  /// Whether what is stored is in the files of the folder, which its writer looks after.
  public boolean hasFiles() {
    return this != POSTGRES && this != POSTGRES_MEMORY;
  }

  /// Requires that nothing stored is damaged or contradicts itself, if that can be checked.
  void requireSound(Path folder) {
    if (this == SQLITE) {
      assertThat(Check.of(folder, Progress.NONE).findings()).isEmpty();
    }
  }

  private static String asked(Path file, String sql) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? String.valueOf(result.getString(1)) : "";
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A database with tables and nothing in them, of which each log gets a copy. Created when it is
  /// first needed.
  private static final class EmptyPostgres {
    static final String URL = Postgres.shared().newDatabase();

    static {
      PostgresDatabase.open(PostgresAddress.of(URL, null)).close();
    }
  }
}
