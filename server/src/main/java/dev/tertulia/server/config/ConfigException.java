package dev.tertulia.server.config;

/// Thrown when a setting has an invalid value. The message names the setting and the values that it
/// may have.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
