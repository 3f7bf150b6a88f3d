package dev.tertulia.server.cli;

import dev.tertulia.server.config.Setting;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/// `tertulia serve`: runs a server until the process is stopped.
@Command(
    name = "serve",
    description = {"Runs the server until Ctrl-C. Open the page in as many tabs as you like.", ""},
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Examples",
      "  ./tertulia serve                          serves the page at http://127.0.0.1:8000",
      "  ./tertulia serve --port 9000 --language en",
      "  TERTULIA_LIMITS_MESSAGES_PER_SECOND=0 ./tertulia serve",
      "  ./tertulia serve --config tertulia.yaml",
      "",
      "All settings, by environment variable. Instead of VARIABLE, VARIABLE_FILE names a file that"
          + " contains the value. Options take precedence over variables, and variables over the"
          + " configuration file, in which TERTULIA_LIMITS_BURST is 'burst' below 'limits':",
      ""
    })
final class ServeCommand implements Runnable {
  private final Map<String, String> environment;
  private final Servers servers;

  @Spec private @Nullable CommandSpec spec;

  ServeCommand(Map<String, String> environment, Servers servers) {
    this.environment = environment;
    this.servers = servers;
  }

  @Spec
  void addOptions(CommandSpec spec) {
    for (ServeOption option : ServeOption.values()) {
      OptionSpec.Builder builder =
          OptionSpec.builder(option.written()).description(option.description());
      if (option.label() == null) {
        builder.type(boolean.class);
      } else {
        builder.paramLabel(option.label());
        if (option.mayBeRepeated()) {
          builder.type(List.class).auxiliaryTypes(String.class);
        } else {
          builder.type(option.isPath() ? Path.class : String.class);
        }
      }
      spec.addOption(builder.build());
    }
    spec.addOption(
        OptionSpec.builder("--help")
            .type(boolean.class)
            .usageHelp(true)
            .description("Show this help.")
            .build());
    addSettings(spec);
  }

  private static void addSettings(CommandSpec spec) {
    Map<String, String> rows = new LinkedHashMap<>();
    for (Setting setting : Setting.values()) {
      String by = setting.byDefault().isEmpty() ? "" : " (" + setting.byDefault() + ")";
      // The text is a format string, so `%` is doubled.
      rows.put("  " + setting.environmentName(), (setting.meaning() + by).replace("%", "%%"));
    }
    spec.usageMessage().sectionMap().put("settings", help -> help.createTextTable(rows).toString());
    List<String> keys = new java.util.ArrayList<>(spec.usageMessage().sectionKeys());
    keys.add("settings");
    spec.usageMessage().sectionKeys(keys);
  }

  @Override
  public void run() {
    ServeOptions options = new ServeOptions();
    for (ServeOption option : ServeOption.values()) {
      Object given = Objects.requireNonNull(spec).findOption(option.written()).getValue();
      switch (given) {
        case null -> {}
        case Boolean set when !set -> {}
        case List<?> values -> values.forEach(value -> options.add(option, value.toString()));
        default -> options.add(option, given.toString());
      }
    }
    servers.start(() -> options.settings(environment), options.page());
  }
}
