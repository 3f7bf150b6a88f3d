package dev.tertulia.server.testing;

import dev.tertulia.server.config.Setting;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tokens of an issuer with a secret, made with the JDK alone.
public final class TestTokens {
  /// The secret of the issuer.
  public static final String SECRET = "the secret of the issuer in tests, 32 bytes and more";

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private TestTokens() {}

  /// The settings of a server that wants such tokens.
  public static Map<Setting, String> settings() {
    return settings(Map.of());
  }

  /// The same, and others.
  public static Map<Setting, String> settings(Map<Setting, String> more) {
    Map<Setting, String> all = new HashMap<>(more);
    all.put(Setting.AUTH_MODE, "token");
    all.put(Setting.AUTH_HS256_SECRET, SECRET);
    return all;
  }

  /// A token that is valid for an hour.
  public static String of(String client) {
    return of(client, Instant.now().plusSeconds(3_600));
  }

  public static String of(String client, Instant expiry) {
    return of(client, expiry, "");
  }

  /// A token with further claims.
  ///
  /// @param more the claims, each after a comma, with single quotes
  public static String of(String client, Instant expiry, String more) {
    double seconds = expiry.getEpochSecond() + expiry.getNano() / 1e9;
    return signed(
        "{'sub':'%s','exp':%s%s}"
            .formatted(client, String.format(Locale.ROOT, "%.3f", seconds), more));
  }

  /// A token with these claims, with single quotes.
  public static String signed(String claims) {
    String signed = encode("{\"alg\":\"HS256\"}") + "." + encode(claims.replace('\'', '"'));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "Hmac"));
      byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + BASE64.encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String encode(String text) {
    return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
