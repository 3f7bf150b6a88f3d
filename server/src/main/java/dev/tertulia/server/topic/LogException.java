package dev.tertulia.server.topic;

import org.jspecify.annotations.Nullable;

/// Thrown when a log can't be read. The message names the part and the cause, for operators.
public final class LogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean damaged;

  /// @param damaged whether stored data is damaged, so that repeating the read is useless
  public LogException(String message, boolean damaged, @Nullable Throwable cause) {
    super(message, cause);
    this.damaged = damaged;
  }

  public boolean damaged() {
    return damaged;
  }
}
