package dev.tertulia.server.storage.rows;

import java.util.List;

/// What the erasure of a client does with the rows of a table that name the client.
public sealed interface Erasure {
  /// Without rows that name a client, or with an erasure of its own.
  enum Special implements Erasure {
    /// No column names a client.
    NONE,

    /// The topics: the client's inbox loses its name and its entries, and stays.
    INBOX
  }

  /// The rows that have the client in the column `client` are few, and an index finds them: they
  /// are deleted at once, when the erasure begins.
  ///
  /// @param expires whether they are also deleted when the client has not been seen for long
  record AtOnce(boolean expires) implements Erasure {}

  /// The rows are searched, key by key, while others may write, and then deleted one by one;
  /// entries lose their texts and their client instead, and keep their places.
  ///
  /// @param condition selects them, with one parameter: the client
  /// @param start a key before all others, in the types of the key's columns: [Long] or [String]
  record Searched(String condition, List<Object> start) implements Erasure {
    Searched(String condition, Object... start) {
      this(condition, List.of(start));
    }
  }
}
