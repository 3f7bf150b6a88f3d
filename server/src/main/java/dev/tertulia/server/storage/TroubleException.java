package dev.tertulia.server.storage;

import java.sql.SQLException;

/// Thrown when a database can't be used for a reason that SQLite does not know.
final class TroubleException extends SQLException {
  private static final long serialVersionUID = 1L;

  private final Trouble trouble;

  TroubleException(Trouble trouble, String message) {
    super(message);
    this.trouble = trouble;
  }

  Trouble trouble() {
    return trouble;
  }
}
