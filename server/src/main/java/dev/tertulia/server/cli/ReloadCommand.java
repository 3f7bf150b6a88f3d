package dev.tertulia.server.cli;

import dev.tertulia.server.cli.ApiClient.Answer;
import dev.tertulia.server.logging.Printable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/// `tertulia reload`: has a running server read its configuration again.
@Command(
    name = "reload",
    description = {
      "Makes the running server read its configuration again: the file, and the files that"
          + " TERTULIA_..._FILE variables name. Limits, issuers of tokens, API keys and the log"
          + " level are in force at once, and no connection is closed for it. Prints what has"
          + " changed, and what has changed but needs a restart. If anything is wrong with the new"
          + " configuration, nothing changes, and all mistakes are named.",
      "",
      "The variables themselves and the options of the server are those with which it was started.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      ApiCommand.EXIT_CODES,
      "",
      "Examples",
      "  ./tertulia config check && ./tertulia reload",
      ""
    })
final class ReloadCommand extends ApiCommand {
  ReloadCommand(Map<String, String> environment, Streams streams) {
    super(environment, streams);
  }

  @Override
  int work(ApiClient server) throws IOException {
    Answer answer = server.post("/api/v1/admin/reload");
    int exit = show(answer, ReloadCommand::text);
    answer.json().texts("problems").forEach(problem -> say("  " + problem));
    return exit;
  }

  private static String text(JsonValue reloaded) {
    List<String> restart = reloaded.texts("restart");
    String changed = "changed: " + list(reloaded.texts("changed"));
    return restart.isEmpty() ? changed : changed + "\nneeds a restart: " + list(restart);
  }

  private static String list(List<String> settings) {
    return settings.isEmpty() ? "nothing" : Printable.line(String.join(", ", settings));
  }
}
