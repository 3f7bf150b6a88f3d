package dev.tertulia.server.config;

import java.util.List;

/// Thrown when a server can't run with its configuration. The message names the setting and the
/// values that it may have.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  public ConfigException(String message) {
    this(List.of(message));
  }

  /// @param problems at least one
  ConfigException(List<String> problems) {
    super(
        problems.size() == 1
            ? problems.getFirst()
            : "%s (and %s more: './tertulia config check' lists all)"
                .formatted(problems.getFirst(), problems.size() - 1));
    this.problems = List.copyOf(problems);
  }

  /// Everything that is wrong.
  public List<String> problems() {
    return problems;
  }
}
