package dev.tertulia.server;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.Grants;
import dev.tertulia.server.auth.GroupGrants;
import dev.tertulia.server.auth.JoinBackend;
import dev.tertulia.server.auth.Memberships;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.auth.key.ApiKeys;
import dev.tertulia.server.auth.key.OperatorSessions;
import dev.tertulia.server.auth.key.OperatorToken;
import dev.tertulia.server.auth.oidc.SignIn;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.auth.token.Revocation;
import dev.tertulia.server.auth.token.Revocations;
import dev.tertulia.server.auth.token.RevokedTokens;
import dev.tertulia.server.config.AuthConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.connection.ConnectionDirectory;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.ReaderThreads.Cost;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.http.admin.KeyRoutes;
import dev.tertulia.server.http.admin.RevocationRoutes;
import dev.tertulia.server.http.admin.SessionRoutes;
import dev.tertulia.server.http.signin.SignInRoutes;
import dev.tertulia.server.http.signin.WaysInRoute;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.topic.LogException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who gets in and what they may do: the parts of a server that verify tokens and keys, know what
/// is revoked, and decide, made of its configuration.
final class Access implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Access.class);

  /// From one reading of what another server has changed to the next.
  private static final Duration READ_AGAIN = Duration.ofMillis(100);

  private final Language language;
  private final ApiKeys apiKeys;
  private final RevokedTokens revokedTokens = new RevokedTokens();
  private final StoredRevocations storedRevocations;
  private final Revocations revocations;
  private final OperatorToken operatorToken = OperatorToken.random(new SecureRandom());
  private final OperatorSessions operatorSessions = new OperatorSessions(InstantSource.system());
  private final @Nullable SignIn signIn;
  private final Issuers issuers;
  private final Authenticator authenticator;
  private final Memberships memberships;

  /// `null` for none.
  private final @Nullable JoinBackend join;

  private final Permissions permissions;
  private final ConnectionRegistry registry;
  private final boolean anonymousAreAdmitted;

  /// What groups may do. Owned by the start, and then by whoever reloads.
  private Map<String, Grants> groups;

  /// @param registry its connections are checked for what is revoked, and for other rights
  /// @param directory its connections are closed when what they showed is revoked
  /// @param isIn whether a client is in a room
  /// @param revoked runs when what is revoked has changed, and is stored
  /// @param opened receives what must be closed if the start fails
  /// @throws ConfigException if a key or an issuer can't be used
  Access(
      Config config,
      Storage storage,
      ConnectionRegistry registry,
      ConnectionDirectory directory,
      RoomPolicies kinds,
      BiPredicate<RoomName, ClientId> isIn,
      Runnable revoked,
      AuditLog audit,
      Deque<AutoCloseable> opened) {
    this.registry = registry;
    anonymousAreAdmitted = !config.auth().anonymous().all().isEmpty();
    language = config.language();
    apiKeys =
        new ApiKeys(
            new StoredApiKeys(storage),
            language,
            InstantSource.system(),
            System::nanoTime,
            () -> closed(directory.closeRevoked()));
    apiKeys.configure(configuredKeys(config));
    storedRevocations = new StoredRevocations(storage);
    revocations =
        new Revocations(
            revokedTokens,
            storedRevocations.load(),
            (stored, removed) ->
                storedRevocations
                    .change(stored, removed)
                    .thenApply(done -> {
                      if (done) {
                        revoked.run();
                      }
                      return done;
                    }),
            rule ->
                rule.target() instanceof Revocation.OfClient of
                    ? closed(directory.closeRevoked(of.client()))
                    : closed(directory.closeRevoked()),
            InstantSource.system());
    registry.revokedBy(this::isRevoked);
    signIn = Sessions.signIn(config);
    if (signIn != null) {
      opened.push(signIn);
    }
    issuers = new Issuers(config.auth(), revokedTokens, signIn);
    authenticator = issuers.authenticator(config, this::checkKey);
    opened.push(authenticator);
    authenticator.recordTo(audit);
    memberships =
        new Memberships(
            storage.rooms()::isMember,
            client -> reading -> storage.read(client, Cost.QUICK, reading));
    join = JoinBackends.of(config, directory, isIn);
    if (join != null) {
      opened.push(join);
    }
    storage.onListsChanged(memberships::changed);
    permissions = new Permissions(kinds, memberships, join, language);
    groups = config.auth().groups();
    permissions.replace(new GroupGrants(groups));
  }

  /// Reads again what is revoked, and the keys, which another server has changed: several times, if
  /// the change can't be seen yet. Does not block.
  ///
  /// @param then runs after that
  void readAgain(int times, Runnable then) {
    Thread.ofVirtual()
        .name("read-revocations")
        .start(() -> {
          try {
            for (int i = 0; i < times && !read(); i++) {
              Thread.sleep(READ_AGAIN);
            }
          } catch (LogException | DataFolderException e) {
            log.debug("What is revoked can't be read", e);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          then.run();
        });
  }

  /// @return whether anything has changed
  private boolean read() {
    boolean revoked = revocations.read(storedRevocations::load);
    return apiKeys.read() || revoked;
  }

  private static List<ApiKey> configuredKeys(Config config) {
    Instant now = Instant.now();
    return config.auth().keys().stream()
        .map(key -> ApiKey.configured(key.name(), key.secret().text(), key.scopes(), now))
        .toList();
  }

  /// The number of connections that were closed because something was revoked. Waits for other
  /// nodes, in bounded time.
  private static Partial<Integer> closed(CompletableFuture<Partial<Integer>> asked) {
    Partial<Integer> closed = asked.join();
    if (!closed.missing().isEmpty()) {
      log.warn(
          "The nodes {} have not confirmed yet that they closed revoked connections. There is"
              + " nothing to do: they close them when they can be reached again",
          closed.missing());
    }
    return closed;
  }

  /// Whether a principal may no longer be connected, although it has not expired.
  private boolean isRevoked(Principal principal) {
    return principal.key() == null
        ? revokedTokens.isHit(principal)
        : !apiKeys.isInForce(principal.key().id());
  }

  /// The operator on the machine shows a key, too; it is not one of the API.
  private Authentication.Decided checkKey(Credentials.Key key, Peer from) {
    Principal operator = operatorToken.principal(key.text(), from);
    if (operator == null) {
      operator = operatorSessions.principal(key.text(), from);
    }
    return operator == null ? apiKeys.check(key, from) : new Authentication.Accepted(operator);
  }

  /// Puts the issuers, keys and groups of `config` in force.
  ///
  /// @throws ConfigException if an issuer or a key can't be used; nothing is changed then
  /// @throws IllegalArgumentException if API keys can't stand beside each other; nothing is changed
  ///   then
  void reload(Config config) {
    boolean tokens = !authenticator.isOpen() && config.auth().mode() == AuthConfig.Mode.TOKEN;
    Issuers.Change change = tokens ? issuers.prepare(config) : null;
    apiKeys.configure(configuredKeys(config));
    if (change != null) {
      issuers.apply(change, authenticator);
      regroup(config.auth().groups());
    }
  }

  private void regroup(Map<String, Grants> next) {
    if (!next.equals(groups)) {
      groups = next;
      permissions.replace(new GroupGrants(next));
      registry.recheckGroups();
    }
  }

  /// The routes of keys and revocations, and of signing in if people can.
  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    routes.addAll(new KeyRoutes(apiKeys, language, InstantSource.system()).all());
    routes.addAll(new RevocationRoutes(revocations, language, InstantSource.system()).all());
    routes.addAll(new SessionRoutes(operatorSessions, language).all());
    if (!authenticator.isOpen()) {
      routes.add(
          new WaysInRoute(signIn == null ? null : signIn.settings().label(), anonymousAreAdmitted)
              .route());
    }
    if (signIn != null) {
      routes.addAll(
          new SignInRoutes(
                  signIn,
                  token -> authenticator.verify(new Credentials.Token(token)),
                  revocations,
                  language)
              .all());
    }
    return routes;
  }

  ApiKeys apiKeys() {
    return apiKeys;
  }

  Revocations revocations() {
    return revocations;
  }

  OperatorToken operatorToken() {
    return operatorToken;
  }

  Authenticator authenticator() {
    return authenticator;
  }

  Memberships memberships() {
    return memberships;
  }

  Permissions permissions() {
    return permissions;
  }

  @Override
  public void close() {
    authenticator.close();
    if (join != null) {
      join.close();
    }
  }
}
