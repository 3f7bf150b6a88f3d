package dev.tertulia.server.config;

/// A setting that can't be used. The message says which, and what it may be.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
