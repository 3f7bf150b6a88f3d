package dev.tertulia.server.cli;

import dev.tertulia.server.config.Settings;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of commands that read the configuration as `serve` does, but ask no server.
final class ConfigOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration file in YAML (/etc/tertulia/tertulia.yaml, if it exists).")
  private @Nullable Path file;

  @SuppressWarnings("UnusedVariable") // picocli sees to it.
  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  private boolean help;

  /// What the file and the environment say.
  Settings settings(Map<String, String> environment) {
    return Settings.load(environment, file);
  }
}
