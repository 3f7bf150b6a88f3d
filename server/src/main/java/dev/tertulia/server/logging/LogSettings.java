package dev.tertulia.server.logging;

import java.util.Map;

/// How the log is written, and how much of it.
///
/// @param level the lowest level that is logged
/// @param levels the lowest level of single parts of the server, by the names in
///   [LogPart#CONFIGURABLE]
public record LogSettings(Format format, Level level, Map<String, Level> levels) {
  public LogSettings {
    levels = Map.copyOf(levels);
  }

  /// The form of a line.
  public enum Format {
    /// For people: time, level, message, fields as `name=value`.
    TEXT,
    /// For programs: one JSON object.
    JSON
  }

  /// A severity, highest first.
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }
}
