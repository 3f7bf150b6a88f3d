package dev.tertulia.server.auth.oidc;

import com.nimbusds.jose.JWSObject;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.ClaimNames;
import dev.tertulia.server.auth.token.Issuer;
import dev.tertulia.server.auth.token.KeySource;
import dev.tertulia.server.auth.token.RemoteKeys;
import dev.tertulia.server.model.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How people sign in with an OpenID Connect provider: by its authorization code flow with PKCE
/// (OpenID Connect Core 1.0, section 3.1; RFC 7636), and from then on by a session, which is a
/// token in a cookie.
///
/// The id token that the provider issues lasts minutes only, and proves no more than that somebody
/// has signed in just now. So this server signs a token of its own, for the same `iss`, `sub` and
/// `aud`, with [SessionKey]; to everything else it is a token of that issuer.
///
/// What an attempt has to remember is in a cookie of the browser that began it: the server keeps
/// nothing, and the answer for one browser is worth nothing in another.
///
/// Safe for any thread. [#begin] and [#finish] block, on requests to the provider.
public final class SignIn implements AutoCloseable {
  /// How long people may take to sign in.
  public static final Duration ATTEMPT = Duration.ofMinutes(10);

  /// The maximum size of a session, in bytes: browsers keep cookies of 4,096.
  static final int MAX_SESSION = 3_800;

  /// The maximum number of codes that are exchanged at once.
  static final int MAX_EXCHANGES = 32;

  /// The maximum length of the address to return to.
  static final int MAX_BACK = 512;

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final int RANDOM_BYTES = 32;
  private static final String CALLBACK = "sign-in/callback";

  private final OidcSettings settings;
  private final SessionKey key;
  private final OidcProvider provider;
  private final RemoteKeys remoteKeys;
  private final Set<String> copied;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Semaphore exchanges = new Semaphore(MAX_EXCHANGES);

  /// A sign-in that failed. The message is for people and for the log, and has no secret.
  public static final class SignInException extends Exception {
    private static final long serialVersionUID = 1L;

    /// What a person can do about it.
    public enum Advice {
      /// Nothing is wrong: it took too long, or another browser began it.
      AGAIN,
      /// The provider can't be reached, or is too slow: later.
      LATER,
      /// The provider or this server says no.
      ASK_OPERATOR
    }

    private final Advice advice;

    SignInException(Advice advice, String message, @Nullable Throwable cause) {
      super(message, cause);
      this.advice = advice;
    }

    public Advice advice() {
      return advice;
    }
  }

  /// Where to send the browser.
  ///
  /// @param cookie a value of `Set-Cookie`
  public record Step(String location, String cookie) {}

  /// @param names where the claims are that sessions need
  /// @throws IllegalArgumentException if the settings can't be used
  public SignIn(OidcSettings settings, SessionKey key, ClaimNames names, InstantSource clock) {
    this.settings = settings;
    this.key = key;
    this.clock = clock;
    provider = new OidcProvider(settings, System::nanoTime);
    remoteKeys = new RemoteKeys(settings.issuer().toString(), provider);
    copied = Set.of("iss", "sub", "aud", top(names.can()), top(names.name()), top(names.groups()));
  }

  private static String top(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  /// The issuer of id tokens and of sessions.
  ///
  /// @param idPrefix stands before the `sub` of its clients
  public Issuer issuer(String idPrefix) {
    KeySource keys = remoteKeys.with(key.verification());
    return new Issuer(settings.issuer().toString(), keys, settings.clientId(), idPrefix);
  }

  /// Begins to fetch the keys of the provider.
  public void start() {
    remoteKeys.start();
  }

  @Override
  public void close() {
    remoteKeys.close();
  }

  public OidcSettings settings() {
    return settings;
  }

  /// Begins an attempt.
  ///
  /// @param back the place in the page to return to, as a fragment; otherwise the beginning
  /// @throws SignInException if the provider can't be reached
  public Step begin(String back) throws SignInException {
    String state = random();
    String nonce = random();
    String verifier = random();
    Map<String, String> query = new LinkedHashMap<>();
    query.put("response_type", "code");
    query.put("client_id", settings.clientId());
    query.put("redirect_uri", settings.redirectUri().toString());
    query.put("scope", settings.scopes());
    query.put("state", state);
    query.put("nonce", nonce);
    query.put("code_challenge", sha256(verifier));
    query.put("code_challenge_method", "S256");
    String address;
    try {
      address = provider.metadata().authorization().toString();
    } catch (IOException | InterruptedException e) {
      throw unreachable(e);
    }
    String kept =
        String.join(
            ".",
            state,
            nonce,
            verifier,
            BASE64.encodeToString(sound(back).getBytes(StandardCharsets.UTF_8)));
    String separator = address.contains("?") ? "&" : "?";
    return new Step(
        address + separator + OidcProvider.encoded(query),
        // A request from the page of the provider has it: hence Lax.
        cookie(attemptName(state), kept, settings.page() + CALLBACK, ATTEMPT, "Lax"));
  }

  /// Finishes an attempt.
  ///
  /// @param answer what the provider says in the address, by name
  /// @param cookie looks a cookie up by its name; `null` if there is none
  /// @param tokens verifies the tokens of [#issuer]
  /// @throws SignInException if nobody is signed in
  public Step finish(Map<String, String> answer, Cookies cookie, Tokens tokens)
      throws SignInException {
    String state = answer.getOrDefault("state", "");
    String kept = state.isEmpty() ? null : cookie.get(attemptName(state));
    String[] parts = kept == null ? new String[0] : kept.split("\\.", -1);
    if (parts.length != 4 || !same(parts[0], state)) {
      throw new SignInException(
          SignInException.Advice.AGAIN,
          "the sign-in was begun in another browser, or more than %s minutes ago"
              .formatted(ATTEMPT.toMinutes()),
          null);
    }
    if (answer.containsKey("error")) {
      throw new SignInException(
          SignInException.Advice.ASK_OPERATOR,
          "the provider says " + OidcProvider.known(answer.getOrDefault("error", "")),
          null);
    }
    String issuer = answer.get("iss");
    if (issuer != null && !issuer.equals(settings.issuer().toString())) {
      throw new SignInException(
          SignInException.Advice.ASK_OPERATOR, "the answer is from another provider", null);
    }
    String code = answer.getOrDefault("code", "");
    String idToken = exchange(code, parts[2]);
    Principal person = verified(idToken, parts[1], tokens);
    return new Step(
        settings.page() + decoded(parts[3]),
        sessionCookie(session(idToken, person), settings.session()));
  }

  /// Ends a session in the browser that has it.
  ///
  /// @return the value of `Set-Cookie`
  public String end() {
    return sessionCookie("", Duration.ZERO);
  }

  private String sessionCookie(String value, Duration age) {
    return cookie(settings.cookie(), value, settings.page(), age, "Strict");
  }

  private String cookie(String name, String value, String path, Duration age, String sameSite) {
    return "%s=%s; Path=%s; Max-Age=%s; HttpOnly; SameSite=%s%s"
        .formatted(
            name, value, path, age.toSeconds(), sameSite, settings.isSecure() ? "; Secure" : "");
  }

  /// Verifies a token.
  @FunctionalInterface
  public interface Tokens {
    Authentication verify(String token);
  }

  /// The cookies of a request.
  @FunctionalInterface
  public interface Cookies {
    @Nullable String get(String name);
  }

  private String exchange(String code, String verifier) throws SignInException {
    if (code.isEmpty() || !exchanges.tryAcquire()) {
      throw new SignInException(
          code.isEmpty() ? SignInException.Advice.AGAIN : SignInException.Advice.LATER,
          code.isEmpty() ? "the answer has no code" : "too many people sign in at once",
          null);
    }
    try {
      return provider.exchange(code, verifier);
    } catch (OidcProvider.CodeRefusedException e) {
      throw new SignInException(
          e.isAboutCode() ? SignInException.Advice.AGAIN : SignInException.Advice.ASK_OPERATOR,
          String.valueOf(e.getMessage()),
          e);
    } catch (IOException | InterruptedException e) {
      throw unreachable(e);
    } finally {
      exchanges.release();
    }
  }

  private Principal verified(String idToken, String nonce, Tokens tokens) throws SignInException {
    Authentication.Decided decided =
        switch (tokens.verify(idToken)) {
          case Authentication.Decided now -> now;
          case Authentication.Pending pending -> decided(pending);
        };
    return switch (decided) {
      case Authentication.Accepted accepted -> {
        if (!(claims(idToken).get("nonce") instanceof String given) || !same(given, nonce)) {
          throw new SignInException(
              SignInException.Advice.ASK_OPERATOR,
              "the token of the provider is for another sign-in",
              null);
        }
        yield accepted.principal();
      }
      case Authentication.Refused refused ->
          throw new SignInException(
              refused.retryAfter() == null
                  ? SignInException.Advice.ASK_OPERATOR
                  : SignInException.Advice.LATER,
              refused.message(),
              null);
      case Authentication.Open _, Authentication.Anonymous _ ->
          throw new SignInException(
              SignInException.Advice.ASK_OPERATOR, "this server does not use tokens", null);
    };
  }

  private static Authentication.Decided decided(Authentication.Pending pending)
      throws SignInException {
    try {
      return pending
          .decision()
          .toCompletableFuture()
          .orTimeout(OidcProvider.TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } catch (CancellationException | CompletionException e) {
      throw unreachable(e);
    }
  }

  /// A token that says of the person what the id token says, from now on.
  private String session(String idToken, Principal person) throws SignInException {
    Map<String, Object> claims = new HashMap<>(claims(idToken));
    claims.keySet().retainAll(copied);
    long now = clock.instant().getEpochSecond();
    claims.put("iat", now);
    claims.put("exp", now + settings.session().toSeconds());
    claims.put("jti", random());
    String session = key.sign(claims);
    if (session.length() > MAX_SESSION) {
      throw new SignInException(
          SignInException.Advice.ASK_OPERATOR,
          "the claims of %s are larger than a cookie may be: have the provider send fewer groups"
              .formatted(person.client()),
          null);
    }
    return session;
  }

  private static Map<String, Object> claims(String token) throws SignInException {
    try {
      Map<String, Object> claims = JWSObject.parse(token).getPayload().toJSONObject();
      return claims == null ? Map.of() : claims;
    } catch (ParseException e) {
      throw new SignInException(
          SignInException.Advice.ASK_OPERATOR, "the token of the provider is not a JWT", e);
    }
  }

  private static SignInException unreachable(Exception cause) {
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new SignInException(SignInException.Advice.LATER, why, cause);
  }

  /// The place in the page to return to: a fragment, which can't lead to another site. Anything
  /// else counts as none.
  private static String sound(String back) {
    boolean sound =
        back.startsWith("#")
            && back.length() <= MAX_BACK
            && back.chars().allMatch(c -> c > ' ' && c < 127);
    return sound ? back : "";
  }

  private static String decoded(String back) {
    try {
      return sound(new String(Base64.getUrlDecoder().decode(back), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /// Each attempt has a cookie of its own, so that two tabs can sign in at once.
  private String attemptName(String state) {
    return (settings.isSecure() ? "__Secure-" : "") + "tertulia-sign-in-" + sha256(state);
  }

  private String random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return BASE64.encodeToString(bytes);
  }

  private static String sha256(String text) {
    return BASE64.encodeToString(Digests.sha256(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
