package dev.tertulia.server.auth.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.auth.Grants;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Language;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which tokens are accepted, with keys from the configuration.
final class TokenVerifierTest {
  private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");
  private static final long SECOND = NOW.getEpochSecond();
  private static final byte[] SECRET =
      "0123456789abcdef".repeat(4).getBytes(StandardCharsets.UTF_8);
  private static final TestKey HMAC = TestKey.secret("HS256", null, SECRET);
  private static final TestKey RSA = TestKey.rsa("RS256", "r1");
  private static final TestKey CURVE = TestKey.curve("ES256", "e1");
  private static final TestKey EDWARDS = TestKey.edwards("d1");
  private static final String ANA = claims("");

  /// Claims of a client `ana`, and more.
  private static String claims(String more) {
    return "{\"sub\":\"ana\",\"exp\":%s%s}".formatted(SECOND + 3_600, more);
  }

  private static TokenVerifier verifier(Duration skew, Issuer... issuers) {
    return new TokenVerifier(
        List.of(issuers), ClaimNames.DEFAULT, skew, Language.EN, InstantSource.fixed(NOW));
  }

  private static Issuer issuer(@Nullable String name, String prefix, TestKey... keys) {
    return new Issuer(
        name, KeySource.of(Stream.of(keys).map(TestKey::verification).toList()), null, prefix);
  }

  private static Token verify(String token, TestKey... keys) {
    return verifier(Duration.ZERO, issuer(null, "", keys)).verify(token);
  }

  private static Principal accepted(Token token) {
    assertThat(token).isInstanceOf(Token.Accepted.class);
    return ((Token.Accepted) token).principal();
  }

  private static void assertRefused(Token token, TokenProblem problem) {
    assertThat(token).isInstanceOf(Token.Refused.class);
    Token.Refused refused = (Token.Refused) token;
    assertThat(refused.problem()).isEqualTo(problem);
    assertThat(refused.retryAfter()).isNull();
  }

  private static Token.Refused refusal(Token token) {
    return (Token.Refused) token;
  }

  static Stream<TestKey> keys() {
    return Stream.of(
        HMAC,
        HMAC.with("HS384"),
        HMAC.with("HS512"),
        RSA,
        RSA.with("RS384"),
        RSA.with("RS512"),
        RSA.with("PS256"),
        RSA.with("PS384"),
        RSA.with("PS512"),
        CURVE,
        TestKey.curve("ES384", "e2"),
        TestKey.curve("ES512", "e3"),
        EDWARDS,
        EDWARDS.with("Ed25519"));
  }

  @ParameterizedTest
  @MethodSource("keys")
  void everyAlgorithmVerifiesItsSignatures(TestKey key) {
    Principal principal = accepted(verify(key.token(ANA), key));

    assertThat(principal.client()).isEqualTo(new ClientId("ana"));
    assertThat(principal.kind()).isEqualTo(Principal.Kind.TOKEN);
    assertThat(principal.expiry()).isEqualTo(NOW.plusSeconds(3_600));
  }

  /// Everything but the signature fits.
  @ParameterizedTest
  @MethodSource("keys")
  void whatWasNotSignedIsRefused(TestKey key) {
    String token = key.token(ANA);
    String other = key.token(claims(",\"can\":[\"broadcast\"]"));
    String crossed =
        other.substring(0, other.lastIndexOf('.')) + token.substring(token.lastIndexOf('.'));

    assertRefused(verify(crossed, key), TokenProblem.SIGNATURE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "hs256", "HS256 ", "RSA1_5", "dir"})
  void unsignedTokensAndUnknownAlgorithmsAreRefused(String alg) {
    String header = "{\"alg\":\"" + alg + "\"}";

    assertRefused(verify(HMAC.token(header, ANA), HMAC, RSA), TokenProblem.ALGORITHM);
    String bare = TestKey.encode(header) + "." + TestKey.encode(ANA) + ".";
    assertThat(verify(bare, HMAC, RSA)).isInstanceOf(Token.Refused.class);
  }

  /// The public key is public: whoever has it could make such tokens.
  @Test
  void anHmacMadeWithAPublicKeyIsRefused() {
    for (byte[] publicKey :
        List.of(RSA.publicKey().getEncoded(), RSA.pem().getBytes(StandardCharsets.UTF_8))) {
      TestKey forged = TestKey.secret("HS256", "r1", publicKey);

      assertRefused(verify(forged.token(ANA), RSA), TokenProblem.ALGORITHM);
      assertRefused(verify(forged.named(null).token(ANA), RSA), TokenProblem.ALGORITHM);
      assertRefused(verify(forged.token(ANA), RSA, HMAC), TokenProblem.SIGNATURE);
    }
    assertThatThrownBy(
            () -> VerificationKey.ofSecret(null, RSA.pem().getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("configure it as a public key");
  }

  @Test
  void aKeyInTheTokenIsIgnored() {
    TestKey own = TestKey.rsa("RS256", "r1");
    String header = "{\"alg\":\"RS256\",\"kid\":\"r1\",\"jwk\":" + own.jwk() + "}";

    assertRefused(verify(own.token(header, ANA), RSA), TokenProblem.SIGNATURE);
  }

  @ParameterizedTest
  @CsvSource({"31,HS256,0", "32,HS256,1", "47,HS384,2", "48,HS384,1", "63,HS512,2", "64,HS512,1"})
  void aSecretIsAsLongAsItsHash(int bytes, String alg, int outcome) {
    TestKey key = TestKey.secret(alg, null, new byte[bytes]);
    switch (outcome) {
      case 0 ->
          assertThatThrownBy(key::verification)
              .hasMessage(
                  "the secret has 31 bytes, but needs at least 32: make one with 'openssl rand"
                      + " -base64 48'");
      case 1 -> accepted(verify(key.token(ANA), key));
      default -> assertRefused(verify(key.token(ANA), key), TokenProblem.ALGORITHM);
    }
  }

  @Test
  void severalKeysVerifyWhileOneReplacesAnother() {
    TestKey before = TestKey.secret("HS256", null, "a".repeat(32).getBytes(StandardCharsets.UTF_8));
    TestKey old = TestKey.rsa("RS256", "r0");

    accepted(verify(before.token(ANA), before, HMAC));
    accepted(verify(HMAC.token(ANA), before, HMAC));
    accepted(verify(old.token(ANA), old, RSA));
    accepted(verify(RSA.token(ANA), old, RSA));
    accepted(verify(RSA.named(null).token(ANA), old, RSA));
    assertRefused(verify(old.named("r1").token(ANA), old, RSA), TokenProblem.SIGNATURE);
    assertRefused(verify(old.named("other").token(ANA), old, RSA), TokenProblem.KEY);
  }

  /// The last letter of 43 has two bits that belong to no byte.
  @Test
  void anAlteredLastLetterIsRefused() {
    String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    String token = HMAC.token(ANA);
    String head = token.substring(0, token.length() - 1);
    List<Character> accepted = new ArrayList<>();
    for (int i = 0; i < letters.length(); i++) {
      char last = letters.charAt(i);
      if (verify(head + last, HMAC) instanceof Token.Accepted) {
        accepted.add(last);
      }
    }

    assertThat(accepted).containsExactly(token.charAt(token.length() - 1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"%s=", "%s==", "%s.", "%s\n", " %s", "%s ", ".%s", "%s%%3D", "%s+", "%sA"})
  void anotherSpellingOfATokenIsRefused(String form) {
    String token = HMAC.token(ANA);
    accepted(verify(token, HMAC));

    assertThat(verify(form.formatted(token), HMAC)).isInstanceOf(Token.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "...", "a", "a.b", "a.b.c", "é.é.é", "bnVsbA.e30.AA"})
  void whatIsNotATokenIsRefused(String text) {
    assertRefused(verify(text, HMAC), TokenProblem.MALFORMED);
  }

  @Test
  void aTokenHasABound() {
    assertRefused(verify("a".repeat(TokenVerifier.MAX_LENGTH + 1), HMAC), TokenProblem.TOO_LONG);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}|HEADER",
        "{\"alg\":\"HS256\",\"crit\":[]}|HEADER",
        "{\"alg\":\"HS256\",\"b64\":false}|HEADER",
        "{\"alg\":\"HS256\",\"typ\":\"logout+jwt\"}|HEADER",
        "{\"alg\":\"HS256\",\"typ\":1}|HEADER",
        "{\"alg\":\"HS256\",\"kid\":1}|HEADER",
        "{\"alg\":\"HS256\",\"kid\":null}|HEADER",
        "{\"alg\":null}|ALGORITHM",
        "{}|ALGORITHM",
        "[]|MALFORMED",
        "{\"alg\":\"HS256\"} {}|MALFORMED",
        "{\"alg\":\"none\",\"alg\":\"HS256\"}|MALFORMED",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\"}|",
        "{\"alg\":\"HS256\",\"typ\":\"application/at+jwt\"}|",
        "{\"alg\":\"HS256\",\"kid\":\"any\",\"x\":{}}|",
      })
  void aHeaderThatChangesTheMeaningIsRefused(String header, @Nullable TokenProblem problem) {
    Token token = verify(HMAC.token(header, ANA), HMAC);
    if (problem == null) {
      accepted(token);
    } else {
      assertRefused(token, problem);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"sub\":\"ana\"}|MISSING",
        "{\"sub\":\"ana\",\"exp\":null}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":\"9999999999\"}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":true}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":[9999999999]}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":253402300800}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":1e400}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":-1}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":1e-999999999}|EXPIRED",
        "{\"sub\":\"ana\",\"exp\":0}|EXPIRED",
        "{\"sub\":\"ana\",\"exp\":9999999999,\"nbf\":null}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":9999999999,\"nbf\":9999999998}|NOT_YET_VALID",
        "{\"sub\":\"ana\",\"exp\":9999999999,\"iat\":\"now\"}|NOT_A_TIME",
        "{\"sub\":\"ana\",\"exp\":0,\"exp\":9999999999}|MALFORMED",
        "{\"exp\":9999999999}|MISSING",
        "{\"sub\":null,\"exp\":9999999999}|NOT_TEXT",
        "{\"sub\":7,\"exp\":9999999999}|NOT_TEXT",
        "{\"sub\":\"\",\"exp\":9999999999}|SUBJECT",
        "{\"sub\":\"a b\",\"exp\":9999999999}|SUBJECT",
        "{\"sub\":\"~api\",\"exp\":9999999999}|SUBJECT",
        "{\"sub\":\"ana\",\"exp\":9999999999,\"jti\":1}|NOT_TEXT",
        "{\"sub\":\"ana\",\"exp\":9999999999,\"iss\":1}|NOT_TEXT",
        "{\"sub\":\"ana\",\"exp\":9999999999,\"name\":\"\\ud800\"}|NOT_TEXT",
        "{\"sub\":\"ana\",\"exp\":9999999999,\"can\":null}|NOT_TEXTS",
        "{\"sub\":\"ana\",\"exp\":9999999999,\"can\":[1]}|NOT_TEXTS",
        "{\"sub\":\"ana\",\"exp\":9999999999|MALFORMED",
        "{\"sub\":\"ana\",\"exp\":9999999999}{}|MALFORMED",
      })
  void aClaimOfTheWrongKindIsRefused(String claims, TokenProblem problem) {
    assertRefused(verify(HMAC.token(claims), HMAC), problem);
  }

  /// A reader that takes numbers for text would round both to the same.
  @Test
  void longNumericSubjectsAreNotMerged() {
    String form = "{\"sub\":%s,\"exp\":9999999999}";

    assertRefused(
        verify(HMAC.token(form.formatted("12345678901234567890")), HMAC), TokenProblem.NOT_TEXT);
    assertThat(accepted(verify(HMAC.token(form.formatted("\"12345678901234567890\"")), HMAC)))
        .isNotEqualTo(
            accepted(verify(HMAC.token(form.formatted("\"12345678901234567891\"")), HMAC)));
  }

  @ParameterizedTest
  @CsvSource({
    "9999999999,2286-11-20T17:46:39Z",
    "253402300799,9999-12-31T23:59:59Z",
    "253402300799.5,9999-12-31T23:59:59.500Z",
    "1.9e9,2030-03-17T17:46:40Z",
    "1900000000.25,2030-03-17T17:46:40.250Z",
  })
  void anExpiryMayHaveAFractionAndBeFarAway(String exp, Instant expiry) {
    String claims = "{\"sub\":\"ana\",\"exp\":" + exp + "}";

    assertThat(accepted(verify(HMAC.token(claims), HMAC)).expiry()).isEqualTo(expiry);
  }

  @Test
  void clocksMayDifferByTheSkew() {
    TokenVerifier exact = verifier(Duration.ZERO, issuer(null, "", HMAC));
    TokenVerifier lenient = verifier(Duration.ofSeconds(10), issuer(null, "", HMAC));
    String form = "{\"sub\":\"ana\",\"exp\":%s,\"nbf\":%s}";
    String over = HMAC.token(form.formatted(SECOND, 0));
    String longOver = HMAC.token(form.formatted(SECOND - 10, 0));
    String early = HMAC.token(form.formatted(SECOND + 99, SECOND + 10));
    String tooEarly = HMAC.token(form.formatted(SECOND + 99, SECOND + 11));

    assertRefused(exact.verify(over), TokenProblem.EXPIRED);
    assertThat(accepted(lenient.verify(over)).validFor(NOW, Duration.ofDays(1)))
        .isEqualTo(Duration.ofSeconds(10));
    assertRefused(lenient.verify(longOver), TokenProblem.EXPIRED);
    assertRefused(exact.verify(early), TokenProblem.NOT_YET_VALID);
    accepted(lenient.verify(early));
    assertRefused(lenient.verify(tooEarly), TokenProblem.NOT_YET_VALID);
    assertThatThrownBy(() -> verifier(Duration.ofMinutes(6), issuer(null, "", HMAC)))
        .hasMessage("the clock skew must be 0 to 300 s");
  }

  /// Whether a token is expired is only said to those who have one.
  @Test
  void theSignatureIsCheckedBeforeWhatItSigns() {
    TestKey other = TestKey.secret("HS256", null, new byte[32]);

    assertRefused(verify(other.token("{\"sub\":\"ana\",\"exp\":0}"), HMAC), TokenProblem.SIGNATURE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"chat\"|true",
        "[\"chat\"]|true",
        "[\"other\",\"chat\"]|true",
        "[]|false",
        "\"chat other\"|false",
        "\"Chat\"|false",
        "\"chat/\"|false",
        "null|false",
        "7|false",
      })
  void anAudienceMustContainTheConfiguredOne(String aud, boolean accepted) {
    Issuer issuer = new Issuer(null, KeySource.of(List.of(HMAC.verification())), "chat", "");
    Token token = verifier(Duration.ZERO, issuer).verify(HMAC.token(claims(",\"aud\":" + aud)));

    assertThat(token instanceof Token.Accepted).isEqualTo(accepted);
    assertRefused(verifier(Duration.ZERO, issuer).verify(HMAC.token(ANA)), TokenProblem.AUDIENCE);
  }

  /// Two issuers whose keys have the same id: a token of one is not verified with the other's.
  @Test
  void theKeysOfATokenAreThoseOfItsIssuer() {
    TestKey one = TestKey.curve("ES256", "k");
    TestKey two = TestKey.curve("ES256", "k");
    TokenVerifier both =
        verifier(Duration.ZERO, issuer("https://one", "1:", one), issuer("https://two", "2:", two));
    String ofOne = claims(",\"iss\":\"https://one\"");
    String ofTwo = claims(",\"iss\":\"https://two\"");

    assertThat(accepted(both.verify(one.token(ofOne))).client()).isEqualTo(new ClientId("1:ana"));
    assertThat(accepted(both.verify(two.token(ofTwo))).client()).isEqualTo(new ClientId("2:ana"));
    assertRefused(both.verify(one.token(ofTwo)), TokenProblem.SIGNATURE);
    assertRefused(both.verify(two.token(ofOne)), TokenProblem.SIGNATURE);
    assertRefused(both.verify(one.token(ANA)), TokenProblem.ISSUER);
    assertRefused(both.verify(one.token(claims(",\"iss\":\"https://one/\""))), TokenProblem.ISSUER);
  }

  @ParameterizedTest
  @CsvSource({"a,,b,b:", "a,x,b,x", "a,x,b,xy", "a,xy,b,x", "a,x,a,y", ",x,b,y", "a,~x,b,y"})
  void severalIssuersNeedNamesAndPrefixesThatCanNotBeMistaken(
      @Nullable String name, @Nullable String prefix, String otherName, String otherPrefix) {
    Issuer one = issuer(name, prefix == null ? "" : prefix, HMAC);
    Issuer two = issuer(otherName, otherPrefix, HMAC);

    assertThatThrownBy(() -> verifier(Duration.ZERO, one, two))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void thePrincipalHasWhatTheTokenSays() {
    String more =
        ",\"name\":\"Ana\",\"can\":[\"room:a_*:join\",\"openid\"],\"groups\":[\"g\",\"g\"],"
            + "\"jti\":\"t-1\",\"iat\":%s.5,\"iss\":\"me\"".formatted(SECOND);
    Principal.Claims said = accepted(verify(HMAC.token(claims(more)), HMAC)).claims();

    assertThat(said.name()).isEqualTo("Ana");
    assertThat(said.can()).isEqualTo(Grants.parse(List.of("room:a_*:join")));
    assertThat(said.groups()).containsExactly("g");
    assertThat(said.tokenId()).isEqualTo("t-1");
    assertThat(said.issuer()).isEqualTo("me");
    assertThat(said.issuedAt()).isEqualTo(NOW.plusMillis(500));
  }

  /// It is shown as the sender of messages, which have that bound.
  @Test
  void aNameIsAsLongAsASenderMayBe() {
    String most = "ñ".repeat(256);
    assertThat(
            accepted(verify(HMAC.token(claims(",\"name\":\"" + most + "\"")), HMAC))
                .claims()
                .name())
        .isEqualTo(most);
    assertThat(accepted(verify(HMAC.token(claims(",\"name\":\"\"")), HMAC)).claims().name())
        .isNull();
    assertRefused(
        verify(HMAC.token(claims(",\"name\":\"" + most + "x\"")), HMAC),
        TokenProblem.NAME_TOO_LONG);
  }

  @Test
  void aTokenThatDoesNotSayWhatItsClientCanDoIsNotOneWhoseClientCanDoNothing() {
    assertThat(accepted(verify(HMAC.token(ANA), HMAC)).claims()).isEqualTo(Principal.Claims.NONE);
    assertThat(accepted(verify(HMAC.token(claims(",\"can\":[]")), HMAC)).claims().can())
        .isEqualTo(Grants.NONE);
  }

  @Test
  void claimsMayHaveOtherNamesAndBeWithinObjects() {
    ClaimNames names = new ClaimNames("scope", "https://x.example/name", "realm.roles.all");
    TokenVerifier verifier =
        new TokenVerifier(
            List.of(issuer(null, "", HMAC)),
            names,
            Duration.ZERO,
            Language.EN,
            InstantSource.fixed(NOW));
    String more =
        ",\"scope\":\"openid  room:x:send\",\"https://x.example/name\":\"Ana\","
            + "\"realm\":{\"roles\":{\"all\":[\"staff\"]}},\"can\":[\"broadcast\"]";
    Principal.Claims said = accepted(verifier.verify(HMAC.token(claims(more)))).claims();

    assertThat(said.name()).isEqualTo("Ana");
    assertThat(said.groups()).containsExactly("staff");
    assertThat(said.can()).isEqualTo(Grants.parse(List.of("room:x:send")));
  }

  @Test
  void noMessageContainsAnythingOfTheToken() {
    String odd = "{\"alg\":\"HS256\",\"kid\":\"zzkid\",\"typ\":\"zztyp\"}";
    List<String> tokens =
        List.of(
            HMAC.token(odd, ANA),
            RSA.named("zzkid").token(ANA),
            HMAC.token(claims(",\"iss\":5,\"zz\":\"zz\"")),
            HMAC.token("{\"sub\":\"zz zz\",\"exp\":9999999999}"),
            HMAC.token("{\"alg\":\"zzalg\"}", ANA));
    for (String token : tokens) {
      Token.Refused refused = refusal(verify(token, HMAC));
      assertThat(refused.message()).doesNotContain("zz").doesNotContain(token.substring(0, 8));
    }
    assertThat(refusal(verify(HMAC.token("{\"sub\":\"ana\",\"exp\":null}"), HMAC)).message())
        .startsWith("'exp' must be a number");
  }

  @ParameterizedTest
  @EnumSource
  void everyProblemHasAMessageInEachLanguage(TokenProblem problem) {
    for (Language language : Language.values()) {
      assertThat(problem.message(language, "x")).endsWith(".").doesNotContain("%s");
    }
  }

  @Test
  void keysAreReadFromPem() {
    for (TestKey key : List.of(RSA, CURVE, EDWARDS)) {
      VerificationKey read = VerificationKey.ofPublic(null, PemKey.parse("# x\n" + key.pem()));
      Issuer issuer = new Issuer(null, KeySource.of(List.of(read)), null, "");
      accepted(verifier(Duration.ZERO, issuer).verify(key.token(ANA)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "|this is not a key in PEM",
        "secret|this is not a key in PEM",
        "-----BEGIN PUBLIC KEY-----|has no end",
        "-----BEGIN PUBLIC KEY-----MIIB-----END PUBLIC KEY-----|malformed",
        "-----BEGIN CERTIFICATE-----MIIB-----END CERTIFICATE-----|the certificate is malformed",
        "-----BEGIN PRIVATE KEY-----MIIB-----END PRIVATE KEY-----|this is a private key",
        "-----BEGIN EC PRIVATE KEY-----MIIB-----END EC PRIVATE KEY-----|this is a private key",
        "-----BEGIN RSA PUBLIC KEY-----MIIB-----END RSA PUBLIC KEY-----|PKCS #1",
        "-----BEGIN X-----MIIB-----END X-----|neither PUBLIC KEY nor CERTIFICATE",
      })
  void whatIsNotAPublicKeyInPemIsRefusedWithItsCause(@Nullable String pem, String cause) {
    assertThatThrownBy(() -> PemKey.parse(pem == null ? "" : pem))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(cause)
        .message()
        .doesNotContain("MIIB");
  }

  @Test
  void aShortRsaKeyIsRefused() {
    assertThatThrownBy(() -> TestKey.rsa("RS256", null, 1024).verification())
        .hasMessage("the RSA key has 1024 bits, but needs 2048 to 8192");
  }
}
