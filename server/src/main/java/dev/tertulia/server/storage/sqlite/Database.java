package dev.tertulia.server.storage.sqlite;

import java.sql.Connection;
import java.sql.SQLException;

/// A database with logs, as its writer uses it. Commits go through it, so that a replacement can
/// determine their outcome.
public interface Database extends AutoCloseable {
  /// A connection for the writer: what it does belongs to a transaction until it is committed.
  Connection connect() throws SQLException;

  /// Checks that writes go to the files in the data folder.
  ///
  /// @throws SQLException if they do not
  void requireFiles() throws SQLException;

  /// The writer's connection was closed, with which files beside the database may have gone.
  void released();

  /// Whether its write-ahead log has grown so much that it should be emptied.
  boolean isSwollen();

  /// Commits the changes since the last commit. If it throws, the outcome is unknown.
  void commit(Connection connection) throws SQLException;

  /// Whether a commit that failed in this way may still take effect later, such as when the
  /// database is recovered after a crash. If not, it is certainly not stored once a connection with
  /// the write lock does not find it.
  boolean mayComeToLight(SQLException failure);

  /// Checks that there is enough disk space for many entries. With hardly any, small entries would
  /// be stored and large ones refused, in turn.
  ///
  /// @throws SQLException if there is not
  void requireRoom() throws SQLException;

  /// Performs periodic maintenance after each commit, once all outcomes have been reported.
  ///
  /// @param entries how many were in it
  void tend(Connection connection, int entries) throws SQLException;

  /// Removes all traces of deleted texts from the files. Outside of a transaction.
  ///
  /// @return `false` if an old snapshot is still being read, so that it must be repeated
  boolean purge(Connection connection) throws SQLException;

  /// Rewrites the whole database, so that unused pages contain no deleted data; the old contents
  /// are in the file until [#purge]. Outside of a transaction; takes about as long as copying it
  /// twice.
  void rewrite() throws SQLException;

  /// Ends what goes on beside the writer. Called before its last connection is closed.
  @Override
  void close();
}
