package dev.tertulia.server.cli;

/// A command that was asked for wrongly. The message says what to do.
final class BadUsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadUsageException(String message) {
    super(message);
  }
}
