package dev.tertulia.server.config;

import java.util.List;

/// The outcome of reading the configuration again while a server runs.
public sealed interface ReloadOutcome {
  /// It is in force.
  ///
  /// @param changed the settings that have another value than before
  /// @param restart the settings with another value than at the start of the server, which stay as
  ///   they were until it is started again
  record Reloaded(List<Setting> changed, List<Setting> restart) implements ReloadOutcome {}

  /// Nothing has changed.
  ///
  /// @param problems what is wrong, each with its place
  record Refused(List<String> problems) implements ReloadOutcome {}
}
