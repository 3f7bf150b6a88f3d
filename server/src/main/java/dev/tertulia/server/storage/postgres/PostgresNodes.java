package dev.tertulia.server.storage.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The table of the servers that share a database: each tells in it that it is there, and by which
/// terms its batches are found. For one thread, which it keeps waiting.
public final class PostgresNodes implements AutoCloseable {
  /// A server that has not been seen for this long is removed, in milliseconds.
  private static final long REMOVED_AFTER = 24 * 60 * 60 * 1000L;

  private static final String NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)";

  private static final String BEAT =
      "INSERT INTO node (name, incarnation, term, memory_term, seen) VALUES (?, ?, ?, ?, "
          + NOW
          + ") ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation,"
          + " term = excluded.term, memory_term = excluded.memory_term, seen = excluded.seen";

  private static final String ALL =
      "SELECT name, incarnation, term, memory_term, " + NOW + " - seen FROM node";

  private static final String REMOVE = "DELETE FROM node WHERE seen < " + NOW + " - ?";

  private static final String LEAVE = "DELETE FROM node WHERE name = ? AND incarnation = ?";

  private final PostgresConnections connections;
  private @Nullable Connection connection;

  /// Whether its connection is another one than before.
  private boolean openedAgain;

  public PostgresNodes(PostgresServers servers) {
    connections = new PostgresConnections(servers, PostgresSchema.LASTING);
  }

  /// The number of a start of a server: the time by the database's clock, because that of the
  /// machine may be wrong, and be put right before the next start.
  ///
  /// @throws dev.tertulia.server.storage.DataFolderException if the database can't be read
  public static long incarnation(PostgresServers servers) {
    PostgresConnections connections = new PostgresConnections(servers, PostgresSchema.LASTING);
    try (Connection connection = connections.open(PostgresConnections.Bounds.READER);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT " + NOW)) {
      result.next();
      return result.getLong(1);
    } catch (SQLException e) {
      throw PostgresSnapshot.failure(connections, e);
    }
  }

  /// A server.
  ///
  /// @param incarnation higher after each start
  /// @param term of its writer; 0 for none yet
  /// @param memoryTerm of its writer of what need not last; 0 for none
  /// @param age how long ago it was seen, in milliseconds, by the database's clock
  public record Node(String name, long incarnation, long term, long memoryTerm, long age) {}

  /// Says that a server is there.
  ///
  /// @return all servers, as they were just before
  /// @throws SQLException if the database can't be written now
  public List<Node> beat(String name, long incarnation, long term, long memoryTerm)
      throws SQLException {
    boolean done = false;
    try {
      Connection open = open();
      List<Node> all = all(open);
      try (PreparedStatement beat = open.prepareStatement(BEAT);
          PreparedStatement remove = open.prepareStatement(REMOVE)) {
        beat.setString(1, name);
        beat.setLong(2, incarnation);
        beat.setLong(3, term);
        beat.setLong(4, memoryTerm);
        beat.executeUpdate();
        remove.setLong(1, REMOVED_AFTER);
        remove.executeUpdate();
      }
      done = true;
      return all;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  /// All servers.
  ///
  /// @throws SQLException if the database can't be read now
  public List<Node> all() throws SQLException {
    boolean done = false;
    try {
      List<Node> all = all(open());
      done = true;
      return all;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  /// The timeline of the server that was told last; 0 if it is not known.
  public long timeline() {
    Connection open = connection;
    return open == null ? 0 : connections.servers().timeline(open);
  }

  /// Whether the database was connected to again since this was asked: maybe another server is in
  /// charge.
  public boolean wasOpenedAgain() {
    boolean again = openedAgain;
    openedAgain = false;
    return again;
  }

  /// Says that a server is not there any more.
  ///
  /// @throws SQLException if the database can't be written now
  public void leave(String name, long incarnation) throws SQLException {
    try (PreparedStatement leave = open().prepareStatement(LEAVE)) {
      leave.setString(1, name);
      leave.setLong(2, incarnation);
      leave.executeUpdate();
    }
  }

  private static List<Node> all(Connection open) throws SQLException {
    List<Node> all = new ArrayList<>();
    try (PreparedStatement select = open.prepareStatement(ALL);
        ResultSet result = select.executeQuery()) {
      while (result.next()) {
        all.add(
            new Node(
                result.getString(1),
                result.getLong(2),
                result.getLong(3),
                result.getLong(4),
                result.getLong(5)));
      }
    }
    return all;
  }

  private Connection open() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = connections.open(PostgresConnections.Bounds.READER);
      connection = open;
      openedAgain = true;
    }
    return open;
  }

  @Override
  public void close() {
    Connection open = connection;
    connection = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        // It is of no use any more, closed or not.
        return;
      }
    }
  }
}
