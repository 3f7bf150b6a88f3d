package dev.tertulia.server.storage.sql;

import dev.tertulia.server.storage.StorageFault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// A database with logs, as its writer uses it. Commits go through it, so that a replacement can
/// determine their outcome.
///
/// What concerns the files of a database has nothing to do unless it is overridden: a database
/// server takes care of its own.
public interface Database extends AutoCloseable {
  /// Where [#scrub] begins.
  long ALL_PAGES = Long.MAX_VALUE;

  /// A connection for the writer: what it does belongs to a transaction until it is committed.
  Connection connect() throws SQLException;

  /// Whether others write it too, from elsewhere: rows are locked before anything is decided about
  /// them, nothing is remembered of them from one transaction to the next, its clock is the one
  /// that counts, and every statement is a round trip.
  default boolean isShared() {
    return false;
  }

  /// The time in Unix milliseconds, as an expression in SQL, if the database [#isShared].
  default String clock() {
    throw new UnsupportedOperationException();
  }

  /// Checks that writes go to the files in the data folder.
  ///
  /// @throws SQLException if they do not
  default void requireFiles() throws SQLException {}

  /// The writer's connection was closed, with which files beside the database may have gone.
  default void released() {}

  /// What is wrong when its writer waits for too long.
  default StorageFault stalled() {
    return StorageFault.STALLED;
  }

  /// Whether its write-ahead log has grown so much that it should be emptied.
  default boolean isSwollen() {
    return false;
  }

  /// Commits the changes since the last commit. If it throws, the outcome is unknown.
  void commit(Connection connection) throws SQLException;

  /// The same, if the database [#isShared].
  ///
  /// @param last makes the last changes, and commits
  default void commit(Connection connection, PreparedStatement last) throws SQLException {
    throw new UnsupportedOperationException();
  }

  /// Whether a commit that failed in this way may still take effect later, such as when the
  /// database is recovered after a crash. If not, it is certainly not stored once a connection that
  /// may write does not find it.
  boolean mayComeToLight(SQLException failure);

  /// Checks that there is enough disk space for many entries. With hardly any, small entries would
  /// be stored and large ones refused, in turn.
  ///
  /// @throws SQLException if there is not
  default void requireRoom() throws SQLException {}

  /// Performs periodic maintenance after each commit, once all outcomes have been reported.
  ///
  /// @param entries how many were in it
  default void tend(Connection connection, int entries) throws SQLException {}

  /// Removes all traces of deleted texts from the files, as far as that is the writer's to do.
  /// Outside of a transaction.
  ///
  /// @return `false` if an old snapshot is still being read, so that it must be repeated
  default boolean purge(Connection connection) throws SQLException {
    return true;
  }

  /// Gives free pages back to the file system, in a transaction of its own; the file becomes
  /// smaller with the next checkpoint. A database that can't, because it is of an earlier version
  /// and was not rewritten yet, stays as it is.
  ///
  /// @param pages the most that are given back
  /// @return whether more are free
  default boolean shrink(Connection connection, int pages) throws SQLException {
    return false;
  }

  /// As [#shrink], unless so few pages are free that they are better kept for what comes.
  ///
  /// @return whether there is more to give back
  default boolean shrinkIfLarge(Connection connection, int pages) throws SQLException {
    return false;
  }

  /// Overwrites what deleted rows have left in unused parts of pages, from the last page down:
  /// pages that [#shrink] moves meanwhile move down too. Outside of a transaction.
  ///
  /// @param above where this begins: pages below it, as the call before returned it; at first
  ///   [#ALL_PAGES]
  /// @param pages the most that are looked at
  /// @return where the next call begins, 1 at the end; `above` if an old snapshot is still being
  ///   read, so that it must be repeated
  /// @throws SQLException if the file can't be read or written
  default long scrub(Connection connection, long above, int pages) throws SQLException {
    return 1;
  }

  /// Begins to add many rows to a table, in the transaction of a connection that was opened here.
  ///
  /// @param columns separated by `, `
  default BulkLoad load(Connection connection, String table, String columns) throws SQLException {
    return new BulkLoad.Inserts(connection, table, columns);
  }

  /// Rows were added by [#load], and topics may be among them with numbers of their own: no topic
  /// that comes later gets one of these.
  default void loaded(Connection connection) throws SQLException {}

  /// Ends what goes on beside the writer. Called before its last connection is closed.
  @Override
  void close();
}
