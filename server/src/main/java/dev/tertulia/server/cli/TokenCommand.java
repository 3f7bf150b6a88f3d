package dev.tertulia.server.cli;

import dev.tertulia.server.auth.Permission;
import dev.tertulia.server.auth.token.TokenSigner;
import dev.tertulia.server.config.AuthConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.IssuerConfig;
import dev.tertulia.server.config.Units;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Identifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tertulia token`: makes a token for trying.
@Command(
    name = "token",
    description = {
      "Makes a token for trying, signed with the secret in the configuration, and prints it to"
          + " standard output. In production, the backend that knows who somebody is makes tokens.",
      "",
      "Without --can, the client may join and send in public rooms and in those that it is a member"
          + " of, and notify itself. With --can, it may do what is listed, and nothing else:",
      "  room:PATTERN:join, room:PATTERN:send, room:PATTERN:moderate, notify:PATTERN, broadcast",
      ""
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions%n",
    footer = {
      "",
      "Exit codes: 0 success, 2 wrong usage, or a configuration that makes no tokens.",
      "",
      "Examples",
      "  ./tertulia token ana --name Ana",
      "  ./tertulia token bob --can 'room:team.*:join' --can 'room:team.*:send' --expires 1h",
      "  curl -N -H \"Authorization: Bearer $(./tertulia token ana)\""
          + " http://127.0.0.1:8000/api/v1/stream?rooms=lobby",
      ""
    })
final class TokenCommand implements Callable<Integer> {
  private final Map<String, String> environment;
  private final Streams streams;

  @Parameters(paramLabel = "CLIENT", description = "The id of the client.")
  private String client = "";

  @Option(
      names = "--can",
      paramLabel = "PERMISSION",
      description = "What the client may do. May be repeated.")
  private @Nullable List<String> can;

  @Option(names = "--name", paramLabel = "NAME", description = "What people call the client.")
  private @Nullable String name;

  @Option(
      names = "--expires",
      paramLabel = "TIME",
      description = "How long the token is valid, such as 10m or 30d (1h).")
  private String expires = "1h";

  @Option(
      names = "--issuer",
      paramLabel = "NAME",
      description = "The issuer of the configuration that signs it, if several have a secret.")
  private @Nullable String issuer;

  @Mixin
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  private ConfigOptions options;

  TokenCommand(Map<String, String> environment, Streams streams) {
    this.environment = environment;
    this.streams = streams;
  }

  @Override
  public Integer call() {
    AuthConfig auth = Config.from(options.settings(environment)).auth();
    IssuerConfig signs = issuer(auth);
    TokenSigner signer =
        new TokenSigner(
            signs.secrets().getFirst().bytes(), signs.name(), signs.audience(), auth.claims());
    Instant now = Instant.now();
    TokenSigner.Claims claims =
        new TokenSigner.Claims(
            subject(signs.prefix()),
            permissions(),
            name,
            UUID.randomUUID().toString(),
            now,
            now.plus(lifetime()));
    streams.print(signer.sign(claims) + "\n");
    return 0;
  }

  private IssuerConfig issuer(AuthConfig auth) {
    if (auth.mode() == AuthConfig.Mode.OPEN) {
      throw new BadUsageException(
          "auth.mode is 'open', in which no tokens are needed: set auth.mode to token, and"
              + " auth.hs256_secret");
    }
    List<IssuerConfig> found = new ArrayList<>();
    for (IssuerConfig each : auth.issuers()) {
      if (!each.secrets().isEmpty() && (issuer == null || issuer.equals(each.name()))) {
        found.add(each);
      }
    }
    if (found.isEmpty()) {
      throw new BadUsageException(
          issuer == null
              ? "the issuers of the configuration have public keys, which verify tokens and can't"
                  + " sign any: ask an issuer for a token"
              : "no issuer with the name '%s' and a secret is configured".formatted(issuer));
    }
    if (found.size() > 1) {
      throw new BadUsageException(
          "several issuers have a secret: choose one with --issuer, such as --issuer "
              + found.getFirst().name());
    }
    return found.getFirst();
  }

  /// @param prefix stands before the `sub` of the clients of the issuer
  private String subject(String prefix) {
    if (!Identifier.isValid(client) || new ClientId(client).isReserved()) {
      throw new BadUsageException(
          "'%s' is not the id of a client: an id has 1 to %s letters, digits and _ - . : @ = + | ~, and does not begin with '~'"
              .formatted(client, Identifier.MAX_LENGTH));
    }
    if (!client.startsWith(prefix) || client.length() == prefix.length()) {
      throw new BadUsageException(
          "the ids of the clients of this issuer begin with '%s', such as %s%s"
              .formatted(prefix, prefix, client));
    }
    return client.substring(prefix.length());
  }

  private @Nullable List<Permission> permissions() {
    if (can == null) {
      return null;
    }
    List<Permission> all = new ArrayList<>();
    for (String text : can) {
      Permission permission = Permission.parse(text);
      if (permission == null) {
        throw new BadUsageException(
            "'%s' is not a permission: room:PATTERN:join, room:PATTERN:send, room:PATTERN:moderate, notify:PATTERN and broadcast are"
                .formatted(text));
      }
      all.add(permission);
    }
    return all;
  }

  private Duration lifetime() {
    Duration lifetime = Units.duration(expires);
    if (lifetime == null || lifetime.toSeconds() == 0) {
      throw new BadUsageException(
          "--expires is '%s', but must be a time of at least 1s, such as 10m or 30d"
              .formatted(expires));
    }
    return lifetime;
  }
}
