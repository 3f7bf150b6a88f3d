package dev.tertulia.server.auth.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.Grants;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.oidc.SignIn.SignInException;
import dev.tertulia.server.auth.oidc.SignIn.SignInException.Advice;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.auth.token.ClaimNames;
import dev.tertulia.server.auth.token.Token;
import dev.tertulia.server.auth.token.TokenVerifier;
import dev.tertulia.server.model.Language;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Signing in with a real provider.
class SignInTest {
  private static final String CLIENT_ID = "tertulia";
  private static final String ISSUER = "people";

  private final MockOAuth2Server provider = new MockOAuth2Server();
  private final HttpClient browser = HttpClient.newHttpClient();
  private @Nullable SignIn opened;

  @SuppressWarnings("NullAway.Init")
  private SignIn signIn;

  @SuppressWarnings("NullAway.Init")
  private TokenVerifier tokens;

  @BeforeEach
  void start() {
    provider.start();
    open(settings("https://chat.example.org/room", null));
  }

  @AfterEach
  void stop() {
    signIn.close();
    browser.close();
    provider.shutdown();
  }

  private OidcSettings settings(String publicUrl, @Nullable String secret) {
    return new OidcSettings(
        URI.create(provider.issuerUrl(ISSUER).toString()),
        CLIENT_ID,
        secret,
        "openid profile",
        "People",
        Duration.ofHours(8),
        URI.create(publicUrl),
        "tertulia_session");
  }

  private void open(OidcSettings settings) {
    if (opened != null) {
      opened.close();
    }
    signIn =
        new SignIn(
            settings, new SessionKey(new byte[32]), ClaimNames.DEFAULT, InstantSource.system());
    opened = signIn;
    tokens =
        new TokenVerifier(
            List.of(signIn.issuer("")),
            ClaimNames.DEFAULT,
            Duration.ZERO,
            Language.EN,
            InstantSource.system());
  }

  /// Has the provider issue a token for a person.
  private void signedInAs(String subject, Map<String, Object> claims) {
    provider.enqueueCallback(
        new DefaultOAuth2TokenCallback(ISSUER, subject, "JWT", List.of(CLIENT_ID), claims, 60));
  }

  /// What the provider sends the browser back with.
  private Map<String, String> answer(String location) throws Exception {
    HttpResponse<String> response =
        browser.send(HttpRequest.newBuilder(URI.create(location)).build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(302);
    return query(response.headers().firstValue("Location").orElseThrow());
  }

  private static Map<String, String> query(String url) {
    Map<String, String> fields = new HashMap<>();
    for (String field : URI.create(url).getRawQuery().split("&", -1)) {
      String[] pair = field.split("=", 2);
      fields.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
    }
    return fields;
  }

  private static String name(String cookie) {
    return cookie.substring(0, cookie.indexOf('='));
  }

  private static String value(String cookie) {
    return cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
  }

  private static SignIn.Cookies has(String cookie) {
    return name -> name.equals(name(cookie)) ? value(cookie) : null;
  }

  private Authentication verify(String token) {
    try (Authenticator authenticator =
        new Authenticator(tokens, Authenticator.noKeys(Language.EN), Language.EN)) {
      Authentication result = authenticator.verify(new Credentials.Token(token));
      return result instanceof Authentication.Pending pending
          ? pending.decision().toCompletableFuture().join()
          : result;
    }
  }

  private Principal person(SignIn.Step step) {
    assertThat(step.cookie()).startsWith("tertulia_session=");
    assertThat(tokens.verify(value(step.cookie()))).isInstanceOf(Token.Accepted.class);
    return ((Token.Accepted) tokens.verify(value(step.cookie()))).principal();
  }

  private void assertFails(Map<String, String> answer, SignIn.Cookies cookies, Advice advice) {
    assertThatThrownBy(() -> signIn.finish(answer, cookies, this::verify))
        .isInstanceOfSatisfying(
            SignInException.class,
            e -> assertThat(e.advice()).as(e.getMessage()).isEqualTo(advice));
  }

  @Test
  void aPersonWhoSignsInHasASessionOfTheirOwn() throws Exception {
    signedInAs("maria", Map.of("name", "María", "can", List.of("broadcast"), "email", "m@x.org"));
    SignIn.Step begun = signIn.begin("#lobby");
    SignIn.Step done = signIn.finish(answer(begun.location()), has(begun.cookie()), this::verify);
    assertThat(done.location()).isEqualTo("/room/#lobby");
    Principal person = person(done);
    assertThat(person.client().value()).isEqualTo("maria");
    assertThat(person.claims().name()).isEqualTo("María");
    assertThat(person.claims().can()).matches(Grants::mayBroadcast);
    assertThat(person.claims().tokenId()).isNotBlank();
    assertThat(Duration.between(InstantSource.system().instant(), person.expiry()))
        .isBetween(Duration.ofHours(7), Duration.ofHours(8));
  }

  @Test
  void cookiesAreOfNoUseToScriptsAndToOtherSites() throws Exception {
    signedInAs("maria", Map.of());
    SignIn.Step begun = signIn.begin("");
    assertThat(begun.cookie())
        .startsWith("__Secure-")
        .contains("; Path=/room/sign-in/callback; Max-Age=600; HttpOnly; SameSite=Lax; Secure");
    SignIn.Step done = signIn.finish(answer(begun.location()), has(begun.cookie()), this::verify);
    assertThat(done.cookie())
        .contains("; Path=/room/; Max-Age=28800; HttpOnly; SameSite=Strict; Secure");
    assertThat(signIn.end()).startsWith("tertulia_session=; Path=/room/; Max-Age=0;");
  }

  @Test
  void theSecretOfAConfidentialClientIsShown() throws Exception {
    open(settings("https://chat.example.org", "a secret: with % and +"));
    signedInAs("maria", Map.of());
    SignIn.Step begun = signIn.begin("");
    provider.takeRequest(); // The metadata.
    Map<String, String> answer = answer(begun.location());
    provider.takeRequest(); // Its page.
    signIn.finish(answer, has(begun.cookie()), this::verify);
    assertThat(provider.takeRequest().getHeaders().get("Authorization")).startsWith("Basic ");
  }

  @Test
  void anAnswerIsWorthNothingInAnotherBrowser() throws Exception {
    signedInAs("mallory", Map.of());
    SignIn.Step ofMallory = signIn.begin("");
    Map<String, String> answer = answer(ofMallory.location());
    SignIn.Step ofVictim = signIn.begin("");
    assertFails(answer, has(ofVictim.cookie()), Advice.AGAIN);
    assertFails(answer, name -> null, Advice.AGAIN);
    // Not even if the cookie of the victim had the right name.
    assertFails(answer, name -> value(ofVictim.cookie()), Advice.AGAIN);
    Map<String, String> noState = new HashMap<>(answer);
    noState.remove("state");
    assertFails(noState, has(ofMallory.cookie()), Advice.AGAIN);
  }

  @Test
  void aCodeOfAnotherAttemptIsRefused() throws Exception {
    signedInAs("mallory", Map.of());
    SignIn.Step ofMallory = signIn.begin("");
    Map<String, String> stolen = answer(ofMallory.location());
    SignIn.Step begun = signIn.begin("");
    Map<String, String> answer = new HashMap<>(answer(begun.location()));
    answer.put("code", stolen.get("code"));
    assertFails(answer, has(begun.cookie()), Advice.AGAIN);
  }

  @Test
  void aTokenForAnotherAttemptIsRefused() throws Exception {
    signedInAs("mallory", Map.of("nonce", "of another attempt"));
    SignIn.Step begun = signIn.begin("");
    assertFails(answer(begun.location()), has(begun.cookie()), Advice.ASK_OPERATOR);
  }

  @Test
  void anErrorOfTheProviderIsTold() throws Exception {
    SignIn.Step begun = signIn.begin("");
    Map<String, String> answer =
        Map.of("state", query(begun.location()).get("state"), "error", "access_denied");
    assertThatThrownBy(() -> signIn.finish(answer, has(begun.cookie()), this::verify))
        .hasMessageContaining("access_denied");
  }

  @Test
  void anAnswerOfAnotherProviderIsRefused() throws Exception {
    SignIn.Step begun = signIn.begin("");
    Map<String, String> answer = new HashMap<>(answer(begun.location()));
    answer.put("iss", "https://other.example.org");
    assertFails(answer, has(begun.cookie()), Advice.ASK_OPERATOR);
  }

  @Test
  void nobodyIsSentToAnotherSite() throws Exception {
    for (String back : List.of("//evil.example.org", "https://evil.example.org", "\\evil", "# x")) {
      signedInAs("maria", Map.of());
      SignIn.Step begun = signIn.begin(back);
      SignIn.Step done = signIn.finish(answer(begun.location()), has(begun.cookie()), this::verify);
      assertThat(done.location()).isEqualTo("/room/");
    }
  }

  @Test
  void aSessionThatIsTooLargeForACookieIsRefused() throws Exception {
    signedInAs("maria", Map.of("groups", List.of("g".repeat(4_000))));
    SignIn.Step begun = signIn.begin("");
    assertFails(answer(begun.location()), has(begun.cookie()), Advice.ASK_OPERATOR);
  }

  @Test
  void aProviderThatCanNotBeReachedIsTriedAgainLater() throws Exception {
    provider.shutdown();
    assertThatThrownBy(() -> signIn.begin(""))
        .isInstanceOfSatisfying(
            SignInException.class, e -> assertThat(e.advice()).isEqualTo(Advice.LATER));
  }

  @Test
  void aProviderWithoutTlsIsRefusedUnlessOnLoopback() {
    OidcSettings plain =
        new OidcSettings(
            URI.create("http://login.example.org"),
            CLIENT_ID,
            null,
            "openid",
            "x",
            Duration.ofHours(1),
            URI.create("https://chat.example.org"),
            "c");
    assertThatThrownBy(() ->
            new SignIn(
                plain, new SessionKey(new byte[32]), ClaimNames.DEFAULT, InstantSource.system()))
        .hasMessageContaining("https://");
  }
}
