package dev.tertulia.server.cli;

import dev.tertulia.server.cli.ApiClient.Answer;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.OperatorAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;

/// `tertulia admin`: prints an address that opens the operator's page, once.
@Command(
    name = "admin",
    description = {
      "Prints an address of the operator's page, for a browser on the server's machine. It works"
          + " once and for two minutes; what it opens ends after 12 hours, or with the server. The"
          + " page shows how the server is, its clients, rooms and keys.",
      "From another machine, forward the port (ssh -L 8000:127.0.0.1:8000 HOST) and open the"
          + " address there, or open /admin and use an API key with the scope admin.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 success, 1 refused (standard error says why), 2 wrong usage, or the folder"
          + " can't be used, 3 no server uses the folder, or it does not answer.",
      "",
      "Examples",
      "  ./tertulia admin",
      "  ./tertulia admin --data /var/lib/tertulia",
      ""
    })
final class AdminCommand extends OperatorCommand {
  private static final String CODES = "/api/v1/admin/codes";

  AdminCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  public Integer call() throws IOException {
    Path folder = folder();
    OperatorAccess access = OperatorAccess.read(folder);
    Answer answer = null;
    if (access != null) {
      try {
        answer = ApiClient.ofOperator(access).post(CODES);
      } catch (IOException e) {
        // Said below.
      }
    }
    if (access == null || answer == null) {
      return unreachable(folder);
    }
    if (!answer.isDone()) {
      return refused(answer);
    }
    say("Open this address in a browser on this machine. It works once, and for two minutes.");
    // What follows the '#' is not sent to any server, and the page removes it at once.
    print(access.server() + "/admin#code=" + answer.json().text("code"));
    return DONE;
  }
}
