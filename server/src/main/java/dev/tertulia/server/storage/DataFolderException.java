package dev.tertulia.server.storage;

/// Thrown when a data folder can't be used. The message names the folder, the reason and the
/// remedy.
public final class DataFolderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataFolderException(String message) {
    super(message);
  }

  public DataFolderException(String message, Throwable cause) {
    super(message, cause);
  }
}
