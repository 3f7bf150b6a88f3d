package dev.tertulia.server.storage;

/// A line of an export that is none. The message says why, in words that follow *line 7:*.
final class BadLineException extends Exception {
  private static final long serialVersionUID = 1L;

  BadLineException(String message) {
    super(message);
  }
}
