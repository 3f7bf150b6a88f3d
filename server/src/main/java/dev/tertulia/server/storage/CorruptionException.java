package dev.tertulia.server.storage;

import org.jspecify.annotations.Nullable;

/// Thrown for damaged or invalid data, stored or given: a damaged row, an invalid line, a conflict.
/// The message names the place, the reason and the remedy. Nothing was changed.
public final class CorruptionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CorruptionException(String message) {
    this(message, null);
  }

  public CorruptionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// Another exception for what `e` met in `file`: this kind if that is damaged, else one that says
  /// why the file can't be used.
  public static RuntimeException in(java.nio.file.Path file, java.sql.SQLException e) {
    return in(file.toString(), e);
  }

  /// As above.
  ///
  /// @param database for people
  public static RuntimeException in(String database, java.sql.SQLException e) {
    StorageFault storageFault = StorageFault.of(e);
    String message =
        "cannot use the database %s: %s; %s"
            .formatted(database, storageFault.words(), storageFault.remedy());
    return storageFault == StorageFault.DAMAGED
        ? new CorruptionException(message, e)
        : new DataFolderException(message, e);
  }
}
