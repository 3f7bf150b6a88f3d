package dev.tertulia.server.cli;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.cli.ApiClient.Answer;
import dev.tertulia.server.config.Units;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.Keys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tertulia key create`: makes an API key, and shows it once.
@Command(
    name = "create",
    description = {
      "Makes an API key, and prints it to standard output, once: only its hash is stored. See"
          + " ./tertulia key --help for the scopes.",
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
      "  ./tertulia key create backend --scope send --scope notify --scope read",
      "  ./tertulia key create ci --scope send --room 'build.*' --expires 90d > ci.key",
      ""
    })
final class KeyCreateCommand extends KeyCommand {
  @Parameters(paramLabel = "NAME", description = "Names the key in lists and in the log.")
  private String name = "";

  @Option(
      names = "--scope",
      paramLabel = "SCOPE",
      required = true,
      description =
          "What the key may do: send, notify, broadcast, read, metrics or admin. May be repeated.")
  private List<String> scopes = List.of();

  @Option(
      names = "--room",
      paramLabel = "PATTERN",
      description =
          "Rooms in which the key may send and read; * stands for any text. May be repeated (*).")
  private List<String> rooms = List.of();

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "How long the key is valid, such as 12h or 90d (until it is revoked).")
  private @Nullable String expires;

  KeyCreateCommand(
      Map<String, String> environment, Streams streams, DataFolderOperations operations) {
    super(environment, streams, operations);
  }

  @Override
  Answer ask(ApiClient server) throws IOException {
    KeyScopes may = may();
    Map<String, Object> fields = new HashMap<>();
    fields.put("name", name());
    fields.put("scopes", may.scopes().stream().map(KeyScopes.Scope::wireName).toList());
    fields.put("rooms", may.rooms().stream().map(NamePattern::text).toList());
    Instant end = expiry(Instant.now());
    if (end != null) {
      fields.put("expires", end.toEpochMilli());
    }
    return server.post(PATH, fields);
  }

  @Override
  int show(JsonValue made) {
    shown(made.text("id"), made.text("key"));
    return DONE;
  }

  @Override
  int work(Keys keys) {
    Instant now = Instant.now();
    ApiKey.Made made = ApiKey.make(name(), may(), now, expiry(now));
    if (!keys.add(made.key())) {
      say("tertulia: a key has the name '%s': revoke it, or choose another name", name);
      return REFUSED;
    }
    shown(made.key().id(), made.text());
    return DONE;
  }

  private void shown(String id, String text) {
    say("The key '%s' (id %s) is shown only now: keep it secret.", name, id);
    try {
      print(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String name() {
    if (!ApiKey.isName(name)) {
      throw new BadUsageException(
          "'%s' can't be the name of a key: a name has 1 to 128 letters, digits and _ - . : @ = + | ~, and does not begin with '~'"
              .formatted(name));
    }
    return name;
  }

  private KeyScopes may() {
    Set<KeyScopes.Scope> known = new LinkedHashSet<>();
    for (String word : scopes) {
      KeyScopes.Scope scope = KeyScopes.Scope.parse(word);
      if (scope == null) {
        throw new BadUsageException(
            "'%s' is not a scope: send, notify, broadcast, read, metrics and admin are"
                .formatted(word));
      }
      known.add(scope);
    }
    List<NamePattern> where = new ArrayList<>();
    for (String text : rooms) {
      NamePattern pattern = NamePattern.parse(text);
      if (pattern == null) {
        throw new BadUsageException(
            "'%s' is not a pattern of rooms, such as lobby or team.*".formatted(text));
      }
      where.add(pattern);
    }
    if (where.size() > ApiKey.MAX_ROOMS) {
      throw new BadUsageException("a key has at most " + ApiKey.MAX_ROOMS + " patterns of rooms");
    }
    return new KeyScopes(known, where.isEmpty() ? KeyScopes.ALL_ROOMS : where);
  }

  private @Nullable Instant expiry(Instant now) {
    if (expires == null) {
      return null;
    }
    Duration valid = Units.duration(expires);
    if (valid == null || valid.isZero()) {
      throw new BadUsageException(
          "--expires is '%s', but must be a time such as 12h or 90d".formatted(expires));
    }
    return now.plus(valid);
  }
}
