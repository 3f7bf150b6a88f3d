package dev.tertulia.server.cli;

import dev.tertulia.server.cli.ApiClient.Answer;
import dev.tertulia.server.logging.LogConfigurator;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.Keys;
import dev.tertulia.server.storage.OperatorAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `tertulia key`: API keys, with which programs use the API. Its subcommands ask the server that
/// uses the data folder, as the operator on the machine; if none does, they change the database
/// themselves.
abstract class KeyCommand extends OperatorCommand {
  static final String EXIT_CODES =
      "Exit codes: 0 success, 1 refused (standard error says why), 2 wrong usage, or the folder"
          + " can't be used, 3 a server uses the folder and does not answer.";

  static final String PATH = "/api/v1/admin/keys";

  @Mixin
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private DatabaseOption database;

  KeyCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  /// The command with its subcommands.
  static CommandLine line(
      Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    return new CommandLine(new Group())
        .addSubcommand(new KeyCreateCommand(environment, streams, operations))
        .addSubcommand(new KeyListCommand(environment, streams, operations))
        .addSubcommand(new KeyRevokeCommand(environment, streams, operations));
  }

  @Command(
      name = "key",
      description = {
        "Makes, lists and revokes API keys, with which programs use the HTTP API:",
        "  curl -H \"Authorization: Bearer $KEY\" http://127.0.0.1:8000/api/v1/rooms",
        "A server that uses the data folder does it at once; without a server, the database is"
            + " changed directly.",
        "",
        "A key has a name, scopes and patterns of rooms. It may do what its scopes contain, and"
            + " nothing else:",
        "  send        send, amend, react, type and mark as read in rooms, as any client",
        "  notify      notify clients, and report what they have received and read",
        "  broadcast   notify all clients at once",
        "  read        read rooms; for all rooms also inboxes, lists and what became of"
            + " notifications",
        "  admin       members, connections, statistics, and everything under /api/v1/admin",
        ""
      },
      synopsisSubcommandLabel = "COMMAND",
      usageHelpAutoWidth = true,
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Examples",
        "  KEY=$(./tertulia key create ci --scope send --scope notify --room 'team.*')",
        "  ./tertulia key list",
        "  ./tertulia key revoke ci",
        "",
        "A key looks like tk_ID_SECRET. Only its hash is stored. In the configuration, auth.keys"
            + " and TERTULIA_API_KEYS contain further keys.",
        ""
      })
  private static final class Group {}

  /// Asks a running server.
  abstract Answer ask(ApiClient server) throws IOException;

  /// Reports what the server has done.
  abstract int show(JsonValue done);

  /// Does it without a server.
  abstract int work(Keys keys);

  @Override
  public final Integer call() throws IOException {
    LogConfigurator.onStandardError();
    Path folder = folder();
    Answer answer = answer(OperatorAccess.read(folder));
    if (answer != null && answer.isDone()) {
      return show(answer.json());
    }
    if (answer != null && !answer.mayBeOfAnotherServer()) {
      return refused(answer);
    }
    try (Keys keys = operations(database.named()).keys(folder)) {
      if (keys != null) {
        return work(keys);
      }
    }
    if (answer != null) {
      return refused(answer);
    }
    say(
        "tertulia: the server that uses the data folder %s does not answer: look at its log, or"
            + " choose another folder with --data",
        folder);
    return UNREACHABLE;
  }

  /// @return `null` if no server answers
  private @Nullable Answer answer(@Nullable OperatorAccess access) throws IOException {
    if (access == null) {
      return null;
    }
    ApiClient server = ApiClient.ofOperator(access);
    try {
      return ask(server);
    } catch (IOException e) {
      return null;
    }
  }
}
