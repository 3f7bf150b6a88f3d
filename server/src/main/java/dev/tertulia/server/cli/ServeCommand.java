package dev.tertulia.server.cli;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration file in YAML (/etc/tertulia/tertulia.yaml, if it exists).")
  private @Nullable Path file;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "Address to listen on (127.0.0.1). Any other than loopback needs --open-on-network.")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port to listen on (8000); 0 for any free port.")
  private @Nullable String port;

  @Option(names = "--data", paramLabel = "FOLDER", description = "Folder of the database (./data).")
  private @Nullable String data;

  @Option(
      names = "--language",
      paramLabel = "es|en",
      description = "Language of the texts that the server sends to people (es).")
  private @Nullable String language;

  @Option(
      names = "--open-on-network",
      description =
          "Accept connections from the network. There are no accounts: anyone who reaches the"
              + " server may read and write.")
  private boolean openOnNetwork;

  @Option(
      names = "--allow-host",
      paramLabel = "NAME",
      description =
          "Host name that the server answers to on the network, besides its addresses. May be"
              + " repeated.")
  private List<String> hosts = List.of();

  @Option(
      names = "--allow-origin",
      paramLabel = "ORIGIN",
      description = "Additional origin whose pages may connect. May be repeated.")
  private List<String> origins = List.of();

  @Option(
      names = "--page",
      paramLabel = "FOLDER",
      description =
          "Serve the page from FOLDER, read again at each request, for working on the page.")
  private @Nullable Path page;

  @SuppressWarnings("UnusedVariable") // picocli sees to it.
  @Option(names = "--help", usageHelp = true, description = "Show this help.")
  private boolean help;

  ServeCommand(Map<String, String> environment, Servers servers) {
    this.environment = environment;
    this.servers = servers;
  }

  @Spec
  void addSettings(CommandSpec spec) {
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
    servers.start(this::settings, page);
  }

  /// Reads file, environment and options.
  private Settings settings() {
    Settings settings = Settings.load(environment, file);
    settings.set(Setting.HOST, host);
    settings.set(Setting.PORT, port);
    settings.set(Setting.DATA, data);
    settings.set(Setting.LANGUAGE, language);
    if (openOnNetwork) {
      settings.set(Setting.AUTH_OPEN_ON_NETWORK, "true");
    }
    if (!hosts.isEmpty()) {
      settings.set(Setting.HOSTS, String.join(",", hosts));
    }
    if (!origins.isEmpty()) {
      settings.set(Setting.ORIGINS, String.join(",", origins));
    }
    return settings;
  }
}
