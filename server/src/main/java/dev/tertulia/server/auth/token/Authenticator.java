package dev.tertulia.server.auth.token;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.AnonymousClients;
import dev.tertulia.server.auth.ApiKeyCheck;
import dev.tertulia.server.auth.AuthMessages;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Authentication.Cause;
import dev.tertulia.server.auth.Authentication.Decided;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.Language;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out who makes a request, by the credentials that it shows.
///
/// # Concurrency
///
/// Safe for any thread; never blocks. HMACs are verified by the caller, because that takes a few
/// microseconds; the signatures of public keys take up to half a millisecond, and are verified by
/// some threads of their own.
public final class Authenticator implements AutoCloseable {
  /// The maximum number of tokens that wait to be verified; others are refused for the moment.
  static final int MAX_WAITING = 1_024;

  /// When a token that was refused because too many wait may be shown again.
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(Authenticator.class);

  /// `null` if the server has no accounts: tokens are ignored, and everybody is believed.
  private volatile @Nullable TokenVerifier tokens;

  private final ApiKeyCheck keys;
  private final AnonymousClients anonymous;
  private final AuthMessages messages;
  private volatile AuditLog audit = AuditLog.off();
  private final ThreadPoolExecutor verifying;

  /// @param tokens verifies tokens, and is closed with this; `null` for a server without accounts,
  ///   which believes everybody and ignores tokens
  /// @param keys checks keys of the API
  /// @param anonymous the clients that need no token
  public Authenticator(
      @Nullable TokenVerifier tokens,
      ApiKeyCheck keys,
      AnonymousClients anonymous,
      Language language) {
    this.tokens = tokens;
    this.keys = keys;
    this.anonymous = anonymous;
    messages = AuthMessages.of(language);
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    verifying =
        new ThreadPoolExecutor(
            threads,
            threads,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().name("tokens-", 0).daemon().factory());
    verifying.allowCoreThreadTimeOut(true);
  }

  /// One that lets nobody in without a token.
  public Authenticator(@Nullable TokenVerifier tokens, ApiKeyCheck keys, Language language) {
    this(tokens, keys, AnonymousClients.NONE, language);
  }

  /// That of a server without accounts and without keys.
  public static Authenticator open(Language language) {
    return new Authenticator(null, noKeys(language), language);
  }

  /// The check of a server that has no keys.
  public static ApiKeyCheck noKeys(Language language) {
    Decided refused =
        new Authentication.Refused(Cause.INVALID, AuthMessages.of(language).unknownKey(), null);
    return (key, from) -> refused;
  }

  /// Verifies tokens by `verifier` from now on. The one before is not closed: its issuers may be
  /// those of `verifier` too.
  ///
  /// @throws IllegalStateException if the server has no accounts
  public void replace(TokenVerifier verifier) {
    if (tokens == null) {
      throw new IllegalStateException("a server without accounts verifies no tokens");
    }
    tokens = verifier;
  }

  /// Whether the server has no accounts: it believes everybody, and ignores tokens.
  public boolean isOpen() {
    return tokens == null;
  }

  /// Finds out who makes a request.
  ///
  /// @param from who sends it
  public Authentication authenticate(Credentials credentials, Peer from) {
    return switch (find(credentials, from)) {
      case Decided decided -> {
        record(decided, credentials, from);
        yield decided;
      }
      case Authentication.Pending pending ->
          new Authentication.Pending(
              pending
                  .decision()
                  .thenApply(decided -> {
                    record(decided, credentials, from);
                    return decided;
                  }));
    };
  }

  private void record(Decided decided, Credentials credentials, Peer from) {
    if (decided instanceof Authentication.Refused refused) {
      audit.record(
          AuditLog.Event.REFUSED,
          from.address(),
          line -> line.add("showed", credentials.toString()).add("reason", refused.message()));
    }
  }

  /// Records from now on what is refused, but nothing of what was shown.
  public void recordTo(AuditLog newAudit) {
    audit = newAudit;
  }

  private Authentication find(Credentials credentials, Peer from) {
    return switch (credentials) {
      case Credentials.None _ -> withoutToken();
      case Credentials.Conflicting _ ->
          new Authentication.Refused(Cause.INVALID, messages.conflicting(), null);
      case Credentials.Key key -> keys.check(key, from);
      case Credentials.Token token -> authenticate(token);
    };
  }

  /// Finds out who has a token, wherever it comes from.
  public Authentication authenticate(Credentials.Token token) {
    return verify(token);
  }

  /// Refuses a token that is not that of the client that the request names.
  public Authentication.Refused otherClient() {
    return new Authentication.Refused(Cause.INVALID, messages.otherClient(), null);
  }

  /// Verifies a token, wherever it comes from.
  public Authentication verify(Credentials.Token token) {
    TokenVerifier verifier = tokens;
    return verifier == null ? withoutToken() : verify(verifier, token);
  }

  private Decided withoutToken() {
    return tokens == null
        ? new Authentication.Open()
        : new Authentication.Anonymous(messages.missing(), anonymous);
  }

  private Authentication verify(TokenVerifier verifier, Credentials.Token token) {
    if (verifier.isCheap()) {
      return result(verifier.verify(token.text()));
    }
    CompletableFuture<Decided> decision = new CompletableFuture<>();
    try {
      verifying.execute(() -> verify(verifier, token, decision));
    } catch (RejectedExecutionException e) {
      return new Authentication.Refused(Cause.RATE_LIMITED, messages.busy(), PAUSE);
    }
    return new Authentication.Pending(decision);
  }

  /// On a thread that verifies.
  private void verify(
      TokenVerifier verifier, Credentials.Token token, CompletableFuture<Decided> decision) {
    try {
      switch (verifier.verify(token.text())) {
        case Token.Decided decided -> decision.complete(result(decided));
        case Token.Pending pending ->
            pending.decision().thenAccept(decided -> decision.complete(result(decided)));
      }
    } catch (Throwable failure) {
      log.error("The verification of a token failed because of a bug: please report it", failure);
      decision.complete(new Authentication.Refused(Cause.UNAVAILABLE, messages.busy(), PAUSE));
    }
  }

  private Authentication result(Token token) {
    return switch (token) {
      case Token.Decided decided -> result(decided);
      case Token.Pending pending ->
          new Authentication.Pending(pending.decision().thenApply(this::result));
    };
  }

  private Decided result(Token.Decided token) {
    return switch (token) {
      case Token.Accepted(Principal principal) ->
          anonymous.own(principal.client())
              ? new Authentication.Refused(Cause.INVALID, messages.anonymousId(), null)
              : new Authentication.Accepted(principal);
      case Token.Refused refused ->
          new Authentication.Refused(
              cause(refused.problem()), refused.message(), refused.retryAfter());
    };
  }

  private static Cause cause(TokenProblem problem) {
    return switch (problem) {
      case EXPIRED -> Cause.EXPIRED;
      case KEYS_UNAVAILABLE -> Cause.UNAVAILABLE;
      case TOO_LONG,
          MALFORMED,
          ALGORITHM,
          HEADER,
          ISSUER,
          KEY,
          SIGNATURE,
          MISSING,
          NOT_TEXT,
          NAME_TOO_LONG,
          NOT_TEXTS,
          NOT_A_TIME,
          NOT_YET_VALID,
          AUDIENCE,
          SUBJECT,
          REVOKED,
          REVOKED_BEFORE,
          NO_ISSUE_TIME ->
          Cause.INVALID;
    };
  }

  /// Verifies nothing more, and fetches no more keys of issuers.
  @Override
  public void close() {
    verifying.shutdown();
    TokenVerifier verifier = tokens;
    if (verifier != null) {
      verifier.close();
    }
  }
}
