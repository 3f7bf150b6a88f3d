package dev.tertulia.server;

import dev.tertulia.server.auth.ApiKeyCheck;
import dev.tertulia.server.auth.Authenticator;
import dev.tertulia.server.auth.Issuer;
import dev.tertulia.server.auth.KeySource;
import dev.tertulia.server.auth.RemoteKeys;
import dev.tertulia.server.auth.RevokedTokens;
import dev.tertulia.server.auth.TokenVerifier;
import dev.tertulia.server.auth.VerificationKey;
import dev.tertulia.server.auth.oidc.SignIn;
import dev.tertulia.server.config.AuthConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.IssuerConfig;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes what finds out who makes requests, of the configuration.
final class Issuers {
  private Issuers() {}

  /// In open mode nobody needs a token.
  ///
  /// @param keys checks keys of the API
  /// @param signIn how people sign in on the page; `null` if they don't
  /// @throws ConfigException if a key can't be used, or issuers can't stand beside each other
  static Authenticator authenticator(
      Config config, RevokedTokens revoked, ApiKeyCheck keys, @Nullable SignIn signIn) {
    return new Authenticator(
        switch (config.auth().mode()) {
          case OPEN -> null;
          case TOKEN -> verifier(config, revoked, signIn);
        },
        keys,
        config.language());
  }

  private static TokenVerifier verifier(
      Config config, RevokedTokens revoked, @Nullable SignIn signIn) {
    AuthConfig auth = config.auth();
    try {
      List<RemoteKeys> remote = new ArrayList<>();
      List<Issuer> issuers = new ArrayList<>();
      for (IssuerConfig issuer : auth.issuers()) {
        KeySource keys = keys(issuer);
        if (keys instanceof RemoteKeys fetched) {
          remote.add(fetched);
        }
        issuers.add(new Issuer(issuer.name(), keys, issuer.audience(), issuer.prefix()));
      }
      if (signIn != null && auth.oidc() != null) {
        issuers.add(signIn.issuer(auth.oidc().prefix()));
      }
      TokenVerifier verifier =
          new TokenVerifier(
              issuers,
              auth.claims(),
              auth.clockSkew(),
              config.language(),
              InstantSource.system(),
              revoked);
      remote.forEach(RemoteKeys::start);
      if (signIn != null) {
        signIn.start();
      }
      return verifier;
    } catch (IllegalArgumentException e) {
      throw new ConfigException("auth.issuers: " + e.getMessage());
    }
  }

  private static KeySource keys(IssuerConfig issuer) {
    if (issuer.jwksUrl() != null) {
      String name = issuer.name() == null ? "the issuer" : "the issuer " + issuer.name();
      return new RemoteKeys(name, issuer.jwksUrl());
    }
    List<VerificationKey> keys = new ArrayList<>();
    issuer.secrets().forEach(secret -> keys.add(VerificationKey.ofSecret(null, secret.bytes())));
    issuer.keys().forEach(key -> keys.add(VerificationKey.ofPublic(null, key)));
    return KeySource.of(keys);
  }
}
