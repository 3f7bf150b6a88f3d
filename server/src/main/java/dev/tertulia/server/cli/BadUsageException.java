package dev.tertulia.server.cli;

/// Thrown when a command is used wrongly. The message says what to do.
final class BadUsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadUsageException(String message) {
    super(message);
  }
}
