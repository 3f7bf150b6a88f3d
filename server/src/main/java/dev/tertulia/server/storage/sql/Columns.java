package dev.tertulia.server.storage.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/// Receives the columns of a row one after the other, in the order of the table.
///
/// @param <X> the exception that it may throw
public interface Columns<X extends Exception> {
  void number(long value) throws X;

  void number(@Nullable Long value) throws X;

  void text(@Nullable String value) throws X;

  void bytes(byte[] value) throws X;

  /// A boolean, stored as 1 or 0.
  default void flag(boolean value) throws X {
    number(value ? 1L : 0L);
  }

  /// Sets the parameters of a statement one after the other, starting with the first.
  final class Binder implements Columns<SQLException> {
    private final PreparedStatement statement;
    private int next = 1;

    public Binder(PreparedStatement statement) {
      this.statement = statement;
    }

    @Override
    public void number(long value) throws SQLException {
      statement.setLong(next++, value);
    }

    @Override
    public void number(@Nullable Long value) throws SQLException {
      if (value == null) {
        statement.setNull(next++, Types.BIGINT);
      } else {
        statement.setLong(next++, value);
      }
    }

    @Override
    public void text(@Nullable String value) throws SQLException {
      statement.setString(next++, value);
    }

    @Override
    public void bytes(byte[] value) throws SQLException {
      statement.setBytes(next++, value);
    }
  }
}
