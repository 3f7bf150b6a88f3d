package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who makes the requests of a connection or an HTTP call, and until when. Immutable.
///
/// @param client the client as which requests are made
/// @param claims what was said about the client; [Claims#NONE] unless it has a token
/// @param expiry when the principal is no longer valid; `null` for never
/// @param scopes what its key may do; [KeyScopes#NONE] unless it has a key
/// @param key which key it has; `null` unless it has one
public record Principal(
    ClientId client,
    Kind kind,
    Claims claims,
    @Nullable Instant expiry,
    KeyScopes scopes,
    @Nullable KeyName key) {
  /// How a principal was established.
  public enum Kind {
    /// The request named its client, and was believed: the server has no accounts.
    OPEN,
    /// By a token of an issuer.
    TOKEN,
    /// Not at all: the request showed nothing, and the server let it in with a new id.
    ANONYMOUS,
    /// By a key of the API.
    KEY,
    /// By the key of the operator on the machine.
    OPERATOR
  }

  /// How a key is called, without anything of its secret.
  ///
  /// @param id tells it from all others, also from those that had or will have its name
  /// @param name given by an operator
  public record KeyName(String id, String name) {}

  /// What a token says about its client, beyond its id and its expiry.
  ///
  /// @param name what people call the client; `null` if the token does not say
  /// @param can what the client may do; `null` if the token does not say, which means the defaults
  /// @param groups the groups of the client
  /// @param issuer who issued the token; `null` if the token does not say
  /// @param tokenId the `jti` by which the token can be revoked; `null` if it has none
  /// @param issuedAt when the token was issued; `null` if it does not say
  public record Claims(
      @Nullable String name,
      @Nullable Grants can,
      Set<String> groups,
      @Nullable String issuer,
      @Nullable String tokenId,
      @Nullable Instant issuedAt) {
    /// Nothing is said about the client.
    public static final Claims NONE = new Claims(null, null, Set.of(), null, null, null);

    public Claims {
      groups = Set.copyOf(groups);
    }
  }

  /// A principal without a key.
  public Principal(ClientId client, Kind kind, Claims claims, @Nullable Instant expiry) {
    this(client, kind, claims, expiry, KeyScopes.NONE, null);
  }

  /// A key of the API, which acts as [ClientId#API] unless a request names a client.
  public static Principal key(KeyScopes scopes) {
    return new Principal(ClientId.API, Kind.KEY, Claims.NONE, null, scopes, null);
  }

  /// As above, with the name of the key and its expiry.
  public static Principal key(KeyName key, KeyScopes scopes, @Nullable Instant expiry) {
    return new Principal(ClientId.API, Kind.KEY, Claims.NONE, expiry, scopes, key);
  }

  /// The operator on the machine, who acts as [ClientId#API] unless a request names a client.
  public static Principal operator() {
    return new Principal(ClientId.API, Kind.OPERATOR, Claims.NONE, null);
  }

  /// Whether its requests are always those of its own client. Others act as the client that a
  /// request names.
  public boolean isOneClient() {
    return kind == Kind.TOKEN || kind == Kind.ANONYMOUS;
  }

  /// The same principal acting as another client.
  ///
  /// @throws IllegalStateException if it [is one client][#isOneClient]
  public Principal as(ClientId other) {
    if (other.equals(client)) {
      return this;
    }
    if (isOneClient()) {
      throw new IllegalStateException("this principal is one client");
    }
    return new Principal(other, kind, claims, expiry, scopes, key);
  }

  /// A client that showed nothing.
  ///
  /// @param can what it may do
  static Principal anonymous(ClientId client, Grants can) {
    return new Principal(
        client, Kind.ANONYMOUS, new Claims(null, can, Set.of(), null, null, null), null);
  }

  /// A client of a server without accounts.
  public static Principal open(ClientId client) {
    return new Principal(client, Kind.OPEN, Claims.NONE, null);
  }

  /// The name of the client to show: that of its token, or else its id.
  public String shownName() {
    return claims.name() == null ? client.value() : claims.name();
  }

  /// Whether its requests may give another name to show, as `sender`. What a token says about its
  /// client is not the client's to change, and an anonymous client must not look like another.
  public boolean choosesName() {
    return !isOneClient();
  }

  /// Whether the principal is no longer valid at `now`.
  public boolean isExpired(Instant now) {
    return expiry != null && !now.isBefore(expiry);
  }

  /// How long the principal is still valid, for a timer: an expiry may be thousands of years away,
  /// which no timer can represent.
  ///
  /// @param longest the result for an expiry that is further away, or never; when this time is
  ///   over, the caller asks again
  /// @return at least zero
  public Duration validFor(Instant now, Duration longest) {
    if (expiry == null || !expiry.isBefore(now.plus(longest))) {
      return longest;
    }
    return isExpired(now) ? Duration.ZERO : Duration.between(now, expiry);
  }
}
