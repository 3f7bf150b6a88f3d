package dev.tertulia.server.cli;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.cli.ApiClient.Answer;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.Keys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/// `tertulia key list`: lists the API keys.
@Command(
    name = "list",
    description = {
      "Lists the API keys, one in a line: name, id, scopes, rooms, when it was made, until when it"
          + " is valid, and when it was last used, separated by tabs. Nothing of the secrets is"
          + " shown. The keys of the configuration are listed by a running server.",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      KeyCommand.EXIT_CODES,
      "",
      "Examples",
      "  ./tertulia key list",
      "  ./tertulia key list | cut -f 1          only the names",
      ""
    })
final class KeyListCommand extends KeyCommand {
  private static final String NEVER = "never";

  KeyListCommand(
      Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  Answer ask(ApiClient server) throws IOException {
    return server.get(PATH);
  }

  @Override
  int show(JsonValue listed) {
    List<String> lines = new ArrayList<>();
    for (JsonValue key : listed.objects("keys")) {
      boolean configured = key.truth("configured");
      lines.add(
          line(
              key.text("name"),
              configured ? "-" : key.text("id"),
              key.texts("scopes"),
              key.texts("rooms"),
              configured ? "configured" : time(key.number("created")),
              key.truth("revoked") ? "revoked" : time(key.number("expires")),
              time(key.number("used"))));
    }
    return print(lines);
  }

  @Override
  int work(Keys keys) {
    List<String> lines = new ArrayList<>();
    for (ApiKey key : keys.all()) {
      lines.add(
          line(
              key.name(),
              key.id(),
              key.scopes().scopes().stream().sorted().map(KeyScopes.Scope::wireName).toList(),
              key.scopes().rooms().stream().map(NamePattern::text).toList(),
              time(key.created()),
              time(key.expiry()),
              time(key.used())));
    }
    return print(lines);
  }

  private static String line(
      String name,
      String id,
      List<String> scopes,
      List<String> rooms,
      String created,
      String expires,
      String used) {
    return String.join(
        "\t", name, id, String.join(",", scopes), String.join(",", rooms), created, expires, used);
  }

  /// @param unixMillis 0 for never
  private static String time(long unixMillis) {
    return time(unixMillis == 0 ? null : Instant.ofEpochMilli(unixMillis));
  }

  private static String time(@Nullable Instant time) {
    return time == null ? NEVER : time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private int print(List<String> lines) {
    try {
      for (String line : lines) {
        print(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return DONE;
  }
}
