package dev.tertulia.server.config;

import java.util.ArrayList;
import java.util.List;

/// Reads the values of settings, and collects the problems of all. For one thread.
final class SettingReader {
  private final Settings settings;
  private final List<String> problems;

  SettingReader(Settings settings) {
    this.settings = settings;
    this.problems = new ArrayList<>(settings.problems());
  }

  Value get(Setting setting) {
    return settings.value(setting, problems);
  }

  /// Reports a problem that is not that of one value.
  void report(String problem) {
    problems.add(problem);
  }

  List<String> problems() {
    return List.copyOf(problems);
  }
}
