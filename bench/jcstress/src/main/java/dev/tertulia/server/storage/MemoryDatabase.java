package dev.tertulia.server.storage;

import dev.tertulia.server.storage.sql.Database;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// An in-memory SQLite database, fast to create by the thousand: each connection has its own.
final class MemoryDatabase implements Database {
  private static final String TABLES = tables();

  private static String tables() {
    try (InputStream in = Database.class.getResourceAsStream("/db/sqlite/V1__log.sql")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(TABLES);
      connection.setAutoCommit(false);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  @Override
  public void released() {}

  @Override
  public boolean isSwollen() {
    return false;
  }

  @Override
  public void commit(Connection connection) throws SQLException {
    connection.commit();
  }

  @Override
  public boolean mayComeToLight(SQLException failure) {
    return true;
  }

  @Override
  public void tend(Connection connection, int entries) {}

  @Override
  public void requireRoom() {}

  @Override
  public void requireFiles() {}

  @Override
  public boolean purge(Connection connection) {
    return true;
  }

  @Override
  public boolean shrink(Connection connection, int pages) {
    return false;
  }

  @Override
  public boolean shrinkIfLarge(Connection connection, int pages) {
    return false;
  }

  @Override
  public long scrub(Connection connection, long above, int pages) {
    return 1;
  }

  @Override
  public void close() {}
}
