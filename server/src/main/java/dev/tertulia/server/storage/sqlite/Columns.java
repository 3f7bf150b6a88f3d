package dev.tertulia.server.storage.sqlite;

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
}
