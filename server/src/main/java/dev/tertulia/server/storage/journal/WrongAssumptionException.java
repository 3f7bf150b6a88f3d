package dev.tertulia.server.storage.journal;

import java.io.Serial;
import java.sql.SQLException;

/// There is a row that a batch took for absent without a look. As a collision with another writer
/// that has added it meanwhile, it has the batch decided again.
final class WrongAssumptionException extends SQLException {
  @Serial private static final long serialVersionUID = 1L;

  /// The SQLSTATE of a violated uniqueness.
  private static final String STATE = "23505";

  /// @param place where the row is
  WrongAssumptionException(String place) {
    super("there is a row already: " + place, STATE);
  }
}
