package dev.tertulia.server.cli;

import dev.tertulia.server.cli.ApiClient.Answer;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.Keys;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `tertulia key revoke`: revokes an API key.
@Command(
    name = "revoke",
    description = {
      "Revokes an API key: requests with it are refused at once, and what was opened with it is"
          + " closed. Its name can be given to another key. A backup from before contains the key,"
          + " and restoring it makes the key valid again.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {"", KeyCommand.EXIT_CODES, "", "Examples", "  ./tertulia key revoke ci", ""})
final class KeyRevokeCommand extends KeyCommand {
  @Parameters(paramLabel = "NAME", description = "The name of the key.")
  private String name = "";

  KeyRevokeCommand(
      Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  Answer ask(ApiClient server) throws IOException {
    return server.delete(PATH + "/" + ApiClient.encoded(name));
  }

  @Override
  int show(JsonValue revoked) {
    return done();
  }

  @Override
  int work(Keys keys) {
    if (keys.remove(name)) {
      return done();
    }
    say("tertulia: no key has the name '%s': './tertulia key list' lists them", name);
    return REFUSED;
  }

  private int done() {
    say("The key '%s' is revoked.", name);
    return DONE;
  }
}
