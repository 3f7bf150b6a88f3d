package dev.tertulia.server.topic;

import org.jspecify.annotations.Nullable;

/// A log that can't be read. The message says which part and why, for whoever operates the server.
public final class LogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean damaged;

  /// @param damaged whether what is stored is not what was once stored, so that trying again is of
  ///   no use
  public LogException(String message, boolean damaged, @Nullable Throwable cause) {
    super(message, cause);
    this.damaged = damaged;
  }

  public boolean damaged() {
    return damaged;
  }
}
