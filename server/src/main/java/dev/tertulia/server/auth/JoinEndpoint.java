package dev.tertulia.server.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The address at which the operator's backend answers, and the requests that go there: bounded in
/// bytes and time, without redirections. Safe for any thread.
///
/// A request is signed, so that the backend knows that this server asks and when:
/// [#SIGNATURE_HEADER] is `t=SECONDS,v1=HEX`, where `HEX` is the HMAC-SHA256 of `SECONDS`, a dot
/// and the body under the common secret.
final class JoinEndpoint implements AutoCloseable {
  static final String SIGNATURE_HEADER = "Tertulia-Signature";

  /// The minimum length of the secret, in bytes.
  static final int MIN_SECRET_BYTES = 32;

  /// The maximum size of a response, in bytes.
  static final int MAX_BYTES = 16 << 10;

  private final URI url;
  private final SecretKeySpec secret;
  private final Duration timeout;
  private final InstantSource clock;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  /// @param url `https`, or `http` on loopback, where nobody can listen or answer in its place
  /// @param secret shared with the backend
  /// @param timeout the maximum time from the beginning of a request to the last byte of its
  ///   response
  /// @throws IllegalArgumentException if the URL or the secret is not usable; the message says why
  JoinEndpoint(URI url, byte[] secret, Duration timeout, InstantSource clock) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "auth.join_secret has %s bytes, but needs at least %s: make one with 'openssl rand -base64 48'"
              .formatted(secret.length, MIN_SECRET_BYTES));
    }
    if (!BoundedHttp.isSafe(url) || url.getRawUserInfo() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "auth.join_url must be an https URL, or an http URL of this machine, such as"
              + " http://127.0.0.1:3000/tertulia");
    }
    this.url = url;
    this.secret = new SecretKeySpec(secret, "HmacSHA256");
    this.timeout = timeout;
    this.clock = clock;
  }

  /// Asks. Blocks.
  ///
  /// @throws IOException if there is no answer; the message has the cause, and nothing secret
  JoinAnswer ask(JoinQuestion question) throws IOException, InterruptedException {
    byte[] body = question.toJson();
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .header(SIGNATURE_HEADER, signature(body))
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    CompletableFuture<HttpResponse<byte[]>> sent =
        client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
    try {
      return JoinAnswer.parse(BoundedHttp.body(BoundedHttp.await(sent, timeout)));
    } finally {
      sent.cancel(true);
    }
  }

  private String signature(byte[] body) {
    String seconds = Long.toString(clock.instant().getEpochSecond());
    try {
      Mac mac = Mac.getInstance(secret.getAlgorithm());
      mac.init(secret);
      mac.update((seconds + ".").getBytes(StandardCharsets.US_ASCII));
      return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("HMAC-SHA256 is not available", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
