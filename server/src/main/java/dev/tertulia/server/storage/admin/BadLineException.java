package dev.tertulia.server.storage.admin;

/// Thrown for an invalid line of an export. The message gives the reason, in words that follow
/// *line 7:*.
public final class BadLineException extends Exception {
  private static final long serialVersionUID = 1L;

  BadLineException(String message) {
    super(message);
  }
}
