package dev.tertulia.server.cli;

import dev.tertulia.server.cli.ApiClient.Answer;
import dev.tertulia.server.logging.Printable;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.OperatorAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tertulia revoke`: revokes tokens, by the server that uses the data folder.
@Command(
    name = "revoke",
    description = {
      "Revokes tokens: they are refused from now on, and the connections that were opened with"
          + " them are closed.",
      "  client ANA       all tokens of a client that were issued before now",
      "  token ID         one token, by its id ('jti')",
      "  before now|TIME  all tokens that were issued before, such as 2026-11-29T10:00:00Z",
      "  list             lists what is revoked: id, what, and from when on new tokens pass",
      "  undo ID          undoes a revocation, by the id that 'list' shows",
      "A revocation lasts until it is undone. A backup from before does not contain it.",
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
      "  ./tertulia revoke client ana",
      "  ./tertulia revoke token 9f2c --issuer https://id.example.org",
      "  ./tertulia revoke before now                      everybody needs a new token",
      ""
    })
final class RevokeCommand extends OperatorCommand {
  private static final String PATH = "/api/v1/admin/revocations";

  /// The length of a page of the list.
  private static final int PAGE = 1_000;

  /// What the first word may be.
  enum What {
    client,
    token,
    before,
    list,
    undo
  }

  @Parameters(index = "0", paramLabel = "WHAT", description = "${COMPLETION-CANDIDATES}")
  private What what = What.list;

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "See above.")
  private @Nullable String name;

  @Option(
      names = "--issuer",
      paramLabel = "ISSUER",
      description = "The issuer ('iss') of the token; without it, a token of any issuer.")
  private @Nullable String issuer;

  RevokeCommand(Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  public Integer call() throws IOException {
    if ((name == null) != (what == What.list)) {
      throw new BadUsageException(
          what == What.list
              ? "'list' takes no name"
              : "'" + what + "' needs a name: ./tertulia revoke --help says which");
    }
    Path folder = folder();
    OperatorAccess access = OperatorAccess.read(folder);
    if (access != null) {
      try {
        return work(ApiClient.ofOperator(access));
      } catch (IOException e) {
        // Said below.
      }
    }
    return unreachable(folder);
  }

  private int work(ApiClient server) throws IOException {
    String given = name == null ? "" : name;
    return switch (what) {
      case client -> revoke(server, Map.of("client", given));
      case token -> {
        Map<String, @Nullable Object> fields = new HashMap<>();
        fields.put("token_id", given);
        fields.put("issuer", issuer);
        yield revoke(server, fields);
      }
      case before -> revoke(server, Map.of("issued_before", moment(given)));
      case list -> list(server);
      case undo -> {
        Answer answer = server.delete(PATH + "/" + ApiClient.encoded(given));
        if (answer.isDone()) {
          say("The revocation %s is undone.", given);
          yield DONE;
        }
        yield refused(answer);
      }
    };
  }

  private static Object moment(String text) {
    if (text.equals("now")) {
      return text;
    }
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeParseException e) {
      throw new BadUsageException(
          "'" + text + "' is neither 'now' nor a time such as 2026-11-29T10:00:00Z");
    }
  }

  private int revoke(ApiClient server, Map<String, ? extends @Nullable Object> fields)
      throws IOException {
    Answer answer = server.post(PATH, fields);
    if (!answer.isDone()) {
      return refused(answer);
    }
    JsonValue made = answer.json();
    long from = made.number("tokens_from");
    say(
        "Revoked. Connections closed: %s.%s",
        made.number("disconnected"),
        from == 0 ? "" : " Tokens issued from " + Instant.ofEpochMilli(from) + " on are accepted.");
    List<String> missing = made.texts("missing_nodes");
    if (!missing.isEmpty()) {
      say(
          "Not answered yet: %s. The connections there are closed when it goes on.",
          Printable.line(String.join(", ", missing)));
    }
    print(made.text("id"));
    return DONE;
  }

  private int list(ApiClient server) throws IOException {
    String after = "";
    boolean more = true;
    while (more) {
      Answer answer = server.get(PATH + "?limit=" + PAGE + after);
      if (!answer.isDone()) {
        return refused(answer);
      }
      for (JsonValue rule : answer.json().objects("revocations")) {
        print(line(rule));
        after = "&after=" + ApiClient.encoded(rule.text("id"));
      }
      more = answer.json().truth("more");
    }
    return DONE;
  }

  private static String line(JsonValue rule) {
    String client = rule.text("client");
    String token = rule.text("token_id");
    String target =
        !client.isEmpty() ? "client " + client : !token.isEmpty() ? "token " + token : "all";
    long from = rule.number("tokens_from");
    return String.join(
        "\t",
        rule.text("id"),
        Printable.line(target),
        from == 0 ? "-" : Instant.ofEpochMilli(from).toString(),
        rule.text("issuer").isEmpty() ? "-" : Printable.line(rule.text("issuer")));
  }
}
