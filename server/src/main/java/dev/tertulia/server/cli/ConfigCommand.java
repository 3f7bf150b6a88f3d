package dev.tertulia.server.cli;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.ConfigReference;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.config.Shown;
import dev.tertulia.server.logging.Printable;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tertulia config`: examines and describes the configuration.
@Command(
    name = "config",
    description = {"Examines and describes the configuration of a server.", ""},
    synopsisSubcommandLabel = "check | show | reference",
    sortOptions = false,
    usageHelpAutoWidth = true,
    footer = {
      "",
      "Examples",
      "  ./tertulia config check --config tertulia.yaml   before a start or a reload",
      "  ./tertulia config show | grep limits             what is in force, and where it was"
          + " written",
      "  ./tertulia config reference                      the page docs/configuration.md"
    })
final class ConfigCommand implements Runnable {
  private static final int VALID = 0;

  /// Exit code: the configuration has problems.
  private static final int INVALID = 1;

  private static final String EXIT_CODES =
      "Exit codes: 0 the configuration is valid, 1 it is not (each line on standard error is a"
          + " problem), 2 wrong usage.";

  @SuppressWarnings("UnusedVariable") // picocli sees to it.
  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  private boolean help;

  /// The command with its subcommands.
  static CommandLine line(Map<String, String> environment, Streams streams) {
    return new CommandLine(new ConfigCommand())
        .addSubcommand(new Check(environment, streams))
        .addSubcommand(new Show(environment, streams))
        .addSubcommand(new Reference(streams));
  }

  @Override
  public void run() {
    throw new BadUsageException("say what to do: config check, config show or config reference");
  }

  /// The base of subcommands that read the configuration as `serve` does.
  private abstract static class Reading implements Callable<Integer> {
    private final Map<String, String> environment;
    private final Streams streams;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private ConfigOptions options;

    Reading(Map<String, String> environment, Streams streams) {
      this.environment = environment;
      this.streams = streams;
    }

    /// Prints what is valid.
    abstract void print(Settings settings);

    @Override
    public final Integer call() {
      Settings settings = options.settings(environment);
      try {
        Config.from(settings);
      } catch (ConfigException e) {
        e.problems()
            .forEach(problem -> streams.err().println("tertulia: " + Printable.line(problem)));
        return INVALID;
      }
      print(settings);
      return VALID;
    }

    final void say(String line) {
      streams.print(Printable.line(line) + "\n");
    }
  }

  /// `tertulia config check`.
  @Command(
      name = "check",
      description = {
        "Reads the configuration as 'serve' does - file, variables, and files that variables name -"
            + " and reports everything that is wrong with it.",
        ""
      },
      sortOptions = false,
      usageHelpAutoWidth = true,
      optionListHeading = "%nOptions%n",
      footer = {"", EXIT_CODES})
  private static final class Check extends Reading {
    Check(Map<String, String> environment, Streams streams) {
      super(environment, streams);
    }

    @Override
    void print(Settings settings) {
      say("the configuration is valid");
    }
  }

  /// `tertulia config show`.
  @Command(
      name = "show",
      description = {
        "Prints all settings as YAML, with where each was written. Secrets are hidden.",
        ""
      },
      sortOptions = false,
      usageHelpAutoWidth = true,
      optionListHeading = "%nOptions%n",
      footer = {"", EXIT_CODES})
  private static final class Show extends Reading {
    Show(Map<String, String> environment, Streams streams) {
      super(environment, streams);
    }

    @Override
    void print(Settings settings) {
      for (Shown shown : Shown.all(settings)) {
        say("%s: %s  # %s".formatted(shown.setting().key(), shown.value(), shown.source()));
      }
    }
  }

  /// `tertulia config reference`.
  @Command(
      name = "reference",
      description = {"Prints the page that describes all settings, in Markdown.", ""},
      sortOptions = false,
      usageHelpAutoWidth = true)
  private static final class Reference implements Runnable {
    private final Streams streams;

    @SuppressWarnings("UnusedVariable") // picocli sees to it.
    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    private boolean help;

    Reference(Streams streams) {
      this.streams = streams;
    }

    @Override
    public void run() {
      streams.print(ConfigReference.markdown());
    }
  }
}
