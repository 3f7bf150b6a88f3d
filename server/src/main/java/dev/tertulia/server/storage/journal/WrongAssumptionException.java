package dev.tertulia.server.storage.journal;

import java.io.Serial;
import java.sql.SQLException;

/// There is a row that a batch took for absent without a look: it has to be decided again, with
/// one.
final class WrongAssumptionException extends SQLException {
  @Serial private static final long serialVersionUID = 1L;

  /// @param place where the row is
  WrongAssumptionException(String place) {
    super("there is a row already: " + place);
  }
}
