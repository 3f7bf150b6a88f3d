package dev.tertulia.server.storage.sqlite;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.StorageFaultException;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.storage.sqlite.SqliteConnections.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// An SQLite file with the tables of a log. One connection writes, any number read concurrently.
///
/// A commit is on disk when it returns, unless the file is recreated at each start.
public final class SqliteDatabase implements Database {
  /// How long the writer waits for another program that holds the database.
  private static final int BUSY_MILLIS = 1000;

  /// How long the writer waits for readers, before it tries again later to empty the write-ahead
  /// log.
  private static final int PURGE_MILLIS = 50;

  /// What the writer brings from the write-ahead log into the database by itself, in bytes.
  private static final long QUICK_LOG = 4 << 20;

  /// So many free pages are always kept.
  private static final long FEW_PAGES = 4096;

  private static final long LEAST_ROOM = 1 << 20;

  /// What the write-ahead log may have while everything is well, in bytes, with some to spare.
  static final long LOG_BYTES = 4096L * (Checkpointer.MOST_PAGES + Checkpointer.DUE_PAGES);

  /// What it has only if it can't be emptied, in bytes.
  private static final long MUCH_LOG = 2 * LOG_BYTES;

  private static final long TELL_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final Logger log = LoggerFactory.getLogger(SqliteDatabase.class);

  private static final int WRITER_CACHE_KIB = 32 * 1024;
  private static final int READER_CACHE_KIB = 4 * 1024;

  /// What SQLite makes beside a database, by the ends of their names, with the database's rights.
  private static final List<String> OWN_FILES = List.of("-wal", "-shm", "-journal");

  private final Path file;
  private final boolean lasting;

  /// `null` for those who only read. The writer's.
  private @Nullable DatabaseFiles files;

  /// When it was last told that the write-ahead log grows.
  private long toldAt;

  /// `null` in a database that is not to last. The writer's.
  private final @Nullable Checkpointer checkpointer;

  private SqliteDatabase(Path file, boolean lasting, EngineGuard guard) {
    this.file = file;
    this.lasting = lasting;
    checkpointer = lasting ? new Checkpointer(this, guard) : null;
  }

  /// Opens the database of what is kept: makes it if there is none, and brings its tables up to
  /// date.
  ///
  /// @throws DataFolderException if it can't be opened, is damaged, or is a newer server's
  public static SqliteDatabase lasting(DataFolder folder) {
    return lasting(folder, EngineGuard.ofNoProcess(), Progress.NONE);
  }

  /// As above, for a server.
  ///
  /// @param progress receives how far the database is brought up to date, if that is needed
  public static SqliteDatabase lasting(DataFolder folder, EngineGuard guard, Progress progress) {
    SqliteDatabase database = new SqliteDatabase(folder.database(), true, guard);
    boolean isNew = !Files.exists(folder.database(), LinkOption.NOFOLLOW_LINKS);
    try {
      PrivateFiles.make(folder.database());
      requireSomething(folder);
      for (String end : OWN_FILES) {
        PrivateFiles.close(beside(folder.database(), end));
      }
      AutoVacuum.prepare(folder.database());
      if (!Migrations.migrate(database, progress)) {
        AutoVacuum.adopt(folder, progress);
      }
      if (isNew) {
        DataFolder.syncFolder(folder.path());
      }
      database.files = new DatabaseFiles(folder, folder.database());
    } catch (SQLException e) {
      throw new DataFolderException(
          "cannot open the database %s: %s. './tertulia check' says what is wrong, './tertulia restore' replaces it with a backup"
              .formatted(folder.database(), StorageFault.of(e).words()),
          e);
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot open the database %s and sync it to disk: %s"
              .formatted(folder.database(), DataFolder.reason(e)),
          e);
    }
    return database;
  }

  /// An empty file is a new database to SQLite; but not where a log has been.
  private static void requireSomething(DataFolder folder) throws IOException {
    if (Files.size(folder.database()) == 0 && HeadNote.read(folder.headNote()) != null) {
      throw new DataFolderException(
          "the database %s is empty, but it held a log: it was truncated or deleted. './tertulia restore --replace' replaces it with a backup; to start from scratch, delete %s"
              .formatted(folder.database(), folder.headNote()));
    }
  }

  /// Creates the database of topics that are kept until the next start, replacing the previous one.
  ///
  /// @throws DataFolderException if it can't be made
  public static SqliteDatabase passing(DataFolder folder) {
    Path file = folder.memoryDatabase();
    SqliteDatabase database = new SqliteDatabase(file, false, EngineGuard.ofNoProcess());
    try {
      remove(file);
      PrivateFiles.make(file);
      AutoVacuum.prepare(file);
      Migrations.create(database);
      database.files = new DatabaseFiles(folder, file);
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot recreate the database %s: %s".formatted(file, DataFolder.reason(e)), e);
    } catch (SQLException e) {
      throw new DataFolderException(
          "cannot create the database %s: %s".formatted(file, StorageFault.of(e).words()), e);
    }
    return database;
  }

  /// Creates a database that nobody else uses and that is not to last, replacing the previous one.
  public static SqliteDatabase scratch(Path file) throws SQLException, IOException {
    SqliteDatabase database = new SqliteDatabase(file, false, EngineGuard.ofNoProcess());
    remove(file);
    PrivateFiles.make(file);
    Migrations.create(database);
    return database;
  }

  /// A database that is there already, for those who only read.
  public static SqliteDatabase reading(Path file) {
    return new SqliteDatabase(file, true, EngineGuard.ofNoProcess());
  }

  @Override
  public void requireRoom() throws SQLException {
    if (lasting && room() < LEAST_ROOM) {
      throw new SQLiteException(
          "less than %s KiB are left".formatted(LEAST_ROOM >> 10), SQLiteErrorCode.SQLITE_FULL);
    }
  }

  private long room() {
    try {
      return Files.getFileStore(file.toAbsolutePath().getParent()).getUsableSpace();
    } catch (IOException e) {
      // Opening it says more.
      return Long.MAX_VALUE;
    }
  }

  public Path file() {
    return file;
  }

  /// Removes a database with all its files.
  public static void remove(Path database) throws IOException {
    Files.deleteIfExists(database);
    for (String end : OWN_FILES) {
      Files.deleteIfExists(beside(database, end));
    }
  }

  /// One of SQLite's own files beside `database`.
  public static Path beside(Path database, String end) {
    return database.resolveSibling(database.getFileName() + end);
  }

  @Override
  public void requireFiles() throws SQLException {
    if (files != null) {
      files.require();
      tellOfGrowth(files.logBytes());
    }
  }

  private void tellOfGrowth(long bytes) {
    if (bytes > MUCH_LOG && (toldAt == 0 || System.nanoTime() - toldAt > TELL_NANOS)) {
      toldAt = System.nanoTime();
      log.warn(
          "The write-ahead log of {} has grown to {} MiB, because another program holds a snapshot:"
              + " is an export or a backup stuck? End it if it is; the log then shrinks by itself.",
          file,
          bytes >> 20);
    }
  }

  @Override
  public void released() {
    if (files != null) {
      files.released();
    }
  }

  @Override
  public boolean isSwollen() {
    return files != null && files.logBytes() > LOG_BYTES;
  }

  @Override
  public Connection connect() throws SQLException {
    SQLiteConfig config = config(WRITER_CACHE_KIB);
    config.setSynchronous(lasting ? SynchronousMode.FULL : SynchronousMode.OFF);
    config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "on");
    config.setGetGeneratedKeys(false); // Looking for them costs more than many a statement.
    Connection connection = SqliteConnections.open(file, config, Access.WRITE);
    try {
      try (Statement statement = connection.createStatement()) {
        int pages = lasting ? Checkpointer.MOST_PAGES : Checkpointer.DUE_PAGES;
        statement.execute("PRAGMA wal_autocheckpoint = " + pages);
      }
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /// A connection that only reads: each statement sees what was committed when it began, unless a
  /// transaction holds several together. For one thread at a time.
  public Connection connectReader() throws SQLException {
    Connection connection = SqliteConnections.open(file, config(READER_CACHE_KIB), Access.WRITE);
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA query_only = ON");
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /// Connections that only read.
  public ReadSource reader() {
    return new SqliteReadSource(this);
  }

  private static SQLiteConfig config(int cacheKib) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(JournalMode.WAL);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setTransactionMode(TransactionMode.DEFERRED);
    config.setCacheSize(-cacheKib);
    config.setPragma(SQLiteConfig.Pragma.TEMP_STORE, "memory");
    return config;
  }

  @Override
  public void commit(Connection connection) throws SQLException {
    connection.commit();
  }

  @Override
  public void tend(Connection connection, int entries) throws SQLException {
    if (checkpointer != null) {
      checkpointer.wrote(entries);
      checkpointer.finish(connection);
    }
  }

  @Override
  public void close() {
    if (checkpointer != null) {
      checkpointer.close();
    }
    if (files != null) {
      try {
        files.close();
      } catch (IOException e) {
        log.debug("Failed to close a channel", e);
      }
    }
  }

  /// With [StorageFault#FULL] a write to the write-ahead log was refused. The frame that makes a
  /// transaction a commit is written last and once, so it is not whole, and no recovery takes what
  /// is before it. Any other failure may have come after that frame, as that of bringing it to the
  /// disk.
  @Override
  public boolean mayComeToLight(SQLException failure) {
    return StorageFault.of(failure) != StorageFault.FULL;
  }

  @Override
  public boolean shrink(Connection connection, int pages) throws SQLException {
    return shrink(connection, pages, 0);
  }

  /// What is kept: a quarter of the file, and some MiB of a small one.
  @Override
  public boolean shrinkIfLarge(Connection connection, int pages) throws SQLException {
    return shrink(
        connection, pages, Math.max(FEW_PAGES, number(connection, "PRAGMA page_count") / 4));
  }

  private boolean shrink(Connection connection, int most, long kept) throws SQLException {
    long free = number(connection, "PRAGMA freelist_count");
    if (free <= kept || !AutoVacuum.isSet(connection)) {
      connection.rollback();
      return false;
    }
    try (Statement statement = connection.createStatement()) {
      // An update, because it has a row for each page, and only an update takes all of them.
      statement.executeUpdate("PRAGMA incremental_vacuum(" + Math.min(most, free - kept) + ")");
    }
    commit(connection);
    return free - most > kept;
  }

  static long number(Connection connection, String pragma) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(pragma)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// `secure_delete` overwrites what is deleted where it is, and not the copies that stay in unused
  /// parts of pages when rows move to others.
  ///
  /// Once the write-ahead log is empty, the file is written past SQLite: the next to write to it is
  /// the caller, and checkpoints find nothing to do. Then the writer's cache must not bring back
  /// what was overwritten.
  @Override
  public long scrub(Connection connection, long above, int pages) throws SQLException {
    DatabaseFiles own = files;
    if (own == null) {
      throw new IllegalStateException("only for the writer");
    }
    if (!purge(connection)) {
      return above;
    }
    own.require();
    try {
      PageScrubber scrubber = new PageScrubber(own.channel());
      if (scrubber.pages() > PageScrubber.MOST_PAGES) {
        throw new StorageFaultException(
            StorageFault.OTHER, "the database has more than 128 GiB: erase while no server runs");
      }
      long last = Math.min(above - 1, scrubber.pages());
      long first = Math.max(1, last - pages + 1);
      scrubber.scrub(first, last);
      if (scrubber.changed()) {
        if (lasting) {
          own.channel().force(false);
        }
        try (Statement statement = connection.createStatement()) {
          statement.execute("PRAGMA shrink_memory");
        }
      }
      return first;
    } catch (IOException e) {
      throw new SQLiteException(DataFolder.reason(e), SQLiteErrorCode.SQLITE_IOERR);
    }
  }

  /// Much of the write-ahead log is left to the [Checkpointer] first, so that the writer does not
  /// wait for it.
  @Override
  public boolean purge(Connection connection) throws SQLException {
    // What was only read would keep the log from being emptied.
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
    if (checkpointer != null && !checkpointer.hasEnded() && hasMuchLog()) {
      checkpointer.begin();
      return false;
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = " + PURGE_MILLIS);
      try (ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
        return result.next() && result.getInt(1) == 0;
      } finally {
        statement.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
      }
    }
  }

  private boolean hasMuchLog() throws SQLException {
    try {
      return files != null && files.logBytesNow() > QUICK_LOG;
    } catch (IOException e) {
      throw new StorageFaultException(StorageFault.GONE, DataFolder.reason(e));
    }
  }
}
