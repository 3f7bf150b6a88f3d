package dev.tertulia.server.storage;

import java.sql.Connection;
import java.sql.SQLException;

/// A database that holds logs, as its writer sees it. Commits go through it, so that whoever puts
/// another in its place decides what a commit's outcome is.
interface Database extends AutoCloseable {
  /// A connection for the writer: what it does belongs to a transaction until it is committed.
  Connection connect() throws SQLException;

  /// Sees to it that what is written goes to the files that stand in the data folder.
  ///
  /// @throws SQLException if it does not
  void requireFiles() throws SQLException;

  /// The writer's connection was closed, with which files beside the database may have gone.
  void released();

  /// Whether its write-ahead log has grown so much that it should be emptied.
  boolean isSwollen();

  /// Makes what was done since the last commit last. If it throws, it may have or may not.
  void commit(Connection connection) throws SQLException;

  /// Whether a commit that failed so may come to light later, as when the database is recovered
  /// after a crash. If not, it is certainly not stored once a connection that holds the lock for
  /// writing does not find it.
  boolean mayComeToLight(SQLException failure);

  /// Sees to it that there is room for a good many entries. With hardly any, small ones would be
  /// stored and large ones refused, by turns.
  ///
  /// @throws SQLException if there is not
  void requireRoom() throws SQLException;

  /// After each commit, once everybody has been told: does what must be done now and then.
  ///
  /// @param entries how many were in it
  void tend(Connection connection, int entries) throws SQLException;

  /// Soon after texts were deleted: sees to it that they are in no file any more. Outside of a
  /// transaction.
  ///
  /// @return `false` if somebody still reads what was, so that it must be tried again
  boolean purge(Connection connection) throws SQLException;

  /// Writes all of it anew, so that nothing of what was deleted is left in unused parts of it; what
  /// was before is in the file until [#purge]. Outside of a transaction; takes about as long as to
  /// copy it twice.
  void rewrite() throws SQLException;

  /// Ends what goes on beside the writer. Called before its last connection is closed.
  @Override
  void close();
}
