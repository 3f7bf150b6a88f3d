package dev.tertulia.server;

import dev.tertulia.server.auth.AnonymousClients;
import dev.tertulia.server.auth.ApiKeyCheck;
import dev.tertulia.server.auth.oidc.SignIn;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.auth.token.Issuer;
import dev.tertulia.server.auth.token.KeySource;
import dev.tertulia.server.auth.token.RemoteKeys;
import dev.tertulia.server.auth.token.RevokedTokens;
import dev.tertulia.server.auth.token.TokenVerifier;
import dev.tertulia.server.auth.token.VerificationKey;
import dev.tertulia.server.config.AuthConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.IssuerConfig;
import dev.tertulia.server.config.OidcConfig;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes what verifies tokens, of the configuration, at the start and when it is reloaded. An
/// issuer whose address of keys stays the same keeps the keys that were fetched.
final class Issuers {
  private final RevokedTokens revoked;
  private final @Nullable SignIn signIn;

  /// How people sign in, as configured at the start; `null` if they don't.
  private final @Nullable OidcConfig oidc;

  /// The keys that are fetched. Owned by the start, and then by whoever reloads.
  private Map<Address, RemoteKeys> remote = Map.of();

  /// Where an issuer publishes its keys.
  private record Address(String issuer, URI url) {}

  /// What verifies tokens, before it is in force.
  ///
  /// @param remote all keys that are to be fetched, some of which are already
  record Change(TokenVerifier verifier, Map<Address, RemoteKeys> remote) {}

  /// @param signIn how people sign in on the page; `null` if they don't
  Issuers(AuthConfig atStart, RevokedTokens revoked, @Nullable SignIn signIn) {
    this.revoked = revoked;
    this.signIn = signIn;
    oidc = atStart.oidc();
  }

  /// What finds out who makes requests. In open mode nobody needs a token.
  ///
  /// @param keys checks keys of the API
  /// @throws ConfigException if a key can't be used, or issuers can't stand beside each other
  Authenticator authenticator(Config config, ApiKeyCheck keys) {
    TokenVerifier verifier =
        switch (config.auth().mode()) {
          case OPEN -> null;
          case TOKEN -> {
            TokenVerifier made = start(prepare(config));
            if (signIn != null) {
              signIn.start();
            }
            yield made;
          }
        };
    return new Authenticator(
        verifier, keys, new AnonymousClients(config.auth().anonymous()), config.language());
  }

  /// Makes what verifies tokens, and changes nothing yet.
  ///
  /// @throws ConfigException if a key can't be used, or issuers can't stand beside each other
  Change prepare(Config config) {
    AuthConfig auth = config.auth();
    Map<Address, RemoteKeys> fetched = new HashMap<>();
    try {
      List<Issuer> issuers = new ArrayList<>();
      for (IssuerConfig issuer : auth.issuers()) {
        issuers.add(
            new Issuer(issuer.name(), keys(issuer, fetched), issuer.audience(), issuer.prefix()));
      }
      if (signIn != null && oidc != null) {
        issuers.add(signIn.issuer(oidc.prefix()));
      }
      return new Change(
          new TokenVerifier(
              issuers,
              auth.claims(),
              auth.clockSkew(),
              config.language(),
              InstantSource.system(),
              revoked),
          fetched);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("auth.issuers: " + e.getMessage());
    }
  }

  /// Puts a change in force. Tokens of an issuer or a key that is no longer there are refused from
  /// now on.
  void apply(Change change, Authenticator authenticator) {
    Map<Address, RemoteKeys> before = remote;
    authenticator.replace(start(change));
    before.forEach((address, keys) -> {
      if (!change.remote.containsKey(address)) {
        keys.close();
      }
    });
  }

  private TokenVerifier start(Change change) {
    change.remote.forEach((address, keys) -> {
      if (!remote.containsKey(address)) {
        keys.start();
      }
    });
    remote = Map.copyOf(change.remote);
    return change.verifier;
  }

  /// @param fetched receives keys that are to be fetched
  private KeySource keys(IssuerConfig issuer, Map<Address, RemoteKeys> fetched) {
    URI url = issuer.jwksUrl();
    if (url != null) {
      String name = issuer.name() == null ? "the issuer" : "the issuer " + issuer.name();
      Address address = new Address(name, url);
      RemoteKeys known = remote.get(address);
      RemoteKeys keys = known == null ? new RemoteKeys(name, url) : known;
      fetched.put(address, keys);
      return keys;
    }
    List<VerificationKey> keys = new ArrayList<>();
    issuer.secrets().forEach(secret -> keys.add(VerificationKey.ofSecret(null, secret.bytes())));
    issuer.keys().forEach(key -> keys.add(VerificationKey.ofPublic(null, key)));
    return KeySource.of(keys);
  }
}
