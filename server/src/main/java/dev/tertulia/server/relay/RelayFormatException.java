package dev.tertulia.server.relay;

/// Bytes that are not a message of a relay. Without a stack trace, so that nonsense costs nothing.
public final class RelayFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param message what is wrong, without anything of the content
  public RelayFormatException(String message) {
    super(message, null, false, false);
  }
}
