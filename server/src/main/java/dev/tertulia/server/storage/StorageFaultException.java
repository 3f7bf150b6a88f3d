package dev.tertulia.server.storage;

import java.sql.SQLException;

/// Thrown when a database can't be used for a reason that SQLite does not know.
public final class StorageFaultException extends SQLException {
  private static final long serialVersionUID = 1L;

  private final StorageFault storageFault;

  public StorageFaultException(StorageFault storageFault, String message) {
    super(message);
    this.storageFault = storageFault;
  }

  StorageFault trouble() {
    return storageFault;
  }
}
