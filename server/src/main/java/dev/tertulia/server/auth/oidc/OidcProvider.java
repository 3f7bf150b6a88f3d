package dev.tertulia.server.auth.oidc;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.tertulia.server.auth.BoundedHttp;
import dev.tertulia.server.auth.token.KeysRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// An OpenID Connect provider, as this server uses it: its metadata (OpenID Connect Discovery 1.0,
/// section 4), its keys, and the exchange of a code for an id token (RFC 6749, section 4.1.3, with
/// the proof of RFC 7636). Its metadata are fetched when they are needed, and again after
/// [#METADATA_AGE]. Safe for any thread; blocks.
final class OidcProvider implements KeysRequest {
  /// The maximum size of a response, in bytes.
  static final int MAX_BYTES = 256 << 10;

  /// The maximum time of a request.
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  /// How long the metadata are used.
  static final Duration METADATA_AGE = Duration.ofHours(1);

  /// The minimum time between two attempts to fetch the metadata, when they fail.
  static final Duration PAUSE = Duration.ofSeconds(2);

  /// The error codes of RFC 6749 (sections 4.1.2.1 and 5.2) and OpenID Connect Core (section
  /// 3.1.2.6).
  private static final Set<String> ERRORS =
      Set.of(
          "invalid_request",
          "unauthorized_client",
          "access_denied",
          "unsupported_response_type",
          "invalid_scope",
          "server_error",
          "temporarily_unavailable",
          "invalid_client",
          "invalid_grant",
          "unsupported_grant_type",
          "interaction_required",
          "login_required",
          "account_selection_required",
          "consent_required");

  private static final String METADATA_PATH = "/.well-known/openid-configuration";

  /// What is used of the metadata.
  ///
  /// @param secretInBody whether the provider takes the secret in the body only
  record Metadata(URI authorization, URI token, URI keys, boolean secretInBody) {}

  /// The provider has answered, and issues no token.
  static final class CodeRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String error;

    CodeRefusedException(int status, String error) {
      super("the provider refused the code with the status %s (%s)".formatted(status, error));
      this.error = error;
    }

    /// Whether only this code is bad: it was used before, or is too old.
    boolean isAboutCode() {
      return error.equals("invalid_grant");
    }
  }

  private final OidcSettings settings;
  private final BoundedHttp http;
  private final LongSupplier nanoClock;
  private final Object lock = new Object();

  /// Under `lock`.
  private @Nullable Metadata metadata;

  /// Under `lock`: why the last attempt failed; `null` if it did not.
  private @Nullable IOException failure;

  /// Under `lock`: when the metadata are fetched again at the earliest.
  private long refreshAt;

  OidcProvider(OidcSettings settings, LongSupplier nanoClock) {
    this.settings = settings;
    this.nanoClock = nanoClock;
    http = new BoundedHttp(TIMEOUT, MAX_BYTES);
    requireTls(settings.issuer(), "auth.oidc.issuer");
  }

  @Override
  public URI url() {
    return settings.issuer();
  }

  @Override
  public byte[] send() throws IOException, InterruptedException {
    return http.fetch(
        HttpRequest.newBuilder(metadata().keys).header("Accept", "application/json").build());
  }

  @Override
  public String toString() {
    return settings.issuer().toString();
  }

  /// The metadata. If they can't be fetched again, those that are there are used on.
  ///
  /// @throws IOException if they are not there and can't be fetched; the message has the cause
  Metadata metadata() throws IOException, InterruptedException {
    synchronized (lock) {
      long now = nanoClock.getAsLong();
      if (metadata != null && now - refreshAt < 0) {
        return metadata;
      }
      if (failure != null && now - refreshAt < 0) {
        throw failure;
      }
      try {
        metadata = fetchMetadata();
        failure = null;
        refreshAt = nanoClock.getAsLong() + METADATA_AGE.toNanos();
        return metadata;
      } catch (IOException e) {
        refreshAt = nanoClock.getAsLong() + PAUSE.toNanos();
        if (metadata != null) {
          return metadata;
        }
        failure = e;
        throw e;
      }
    }
  }

  private Metadata fetchMetadata() throws IOException, InterruptedException {
    String issuer = settings.issuer().toString();
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    URI url = URI.create(base + METADATA_PATH);
    Map<String, Object> found =
        object(
            http.fetch(HttpRequest.newBuilder(url).header("Accept", "application/json").build()));
    if (!issuer.equals(found.get("issuer"))) {
      throw new IOException(
          "the provider at %s calls itself by another name than auth.oidc.issuer says: %s"
              .formatted(url, issuer));
    }
    boolean inBody =
        found.get("token_endpoint_auth_methods_supported") instanceof List<?> methods
            && methods.contains("client_secret_post")
            && !methods.contains("client_secret_basic");
    return new Metadata(
        address(found, "authorization_endpoint"),
        address(found, "token_endpoint"),
        address(found, "jwks_uri"),
        inBody);
  }

  private static URI address(Map<String, Object> metadata, String name) throws IOException {
    try {
      if (metadata.get(name) instanceof String text) {
        return requireTls(URI.create(text), name);
      }
      throw new IOException("the metadata of the provider have no " + name);
    } catch (IllegalArgumentException e) {
      throw new IOException("the metadata of the provider: " + e.getMessage(), e);
    }
  }

  /// Without TLS, others on the network could sign in as anybody.
  private static URI requireTls(URI url, String name) {
    if (!BoundedHttp.isSafe(url)) {
      throw new IllegalArgumentException(name + " must begin with https://, unless on loopback");
    }
    return url;
  }

  /// Exchanges a code for an id token.
  ///
  /// @param verifier the secret whose hash the sign-in began with
  /// @return not verified
  /// @throws IOException if the provider can't be reached or does not accept the code; the message
  ///   has the cause, and no secret
  String exchange(String code, String verifier) throws IOException, InterruptedException {
    Metadata provider = metadata();
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", settings.redirectUri().toString());
    form.put("code_verifier", verifier);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(provider.token)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded");
    String secret = settings.clientSecret();
    if (secret == null || provider.secretInBody) {
      form.put("client_id", settings.clientId());
      if (secret != null) {
        form.put("client_secret", secret);
      }
    } else {
      String pair = encoded(settings.clientId()) + ":" + encoded(secret);
      byte[] bytes = pair.getBytes(StandardCharsets.UTF_8);
      request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes));
    }
    HttpResponse<byte[]> response =
        http.send(request.POST(HttpRequest.BodyPublishers.ofString(encoded(form))).build());
    if (response.statusCode() != 200) {
      throw new CodeRefusedException(response.statusCode(), errorOf(response.body()));
    }
    if (object(response.body()).get("id_token") instanceof String token) {
      return token;
    }
    throw new IOException(
        "the response of the provider has no id_token: does the scope have openid?");
  }

  private static String errorOf(byte[] body) {
    try {
      return object(body).get("error") instanceof String code ? known(code) : "no error code";
    } catch (IOException e) {
      return "no error code";
    }
  }

  /// An error code, if it is a standard one: anything else could be a secret, or a line of a log.
  static String known(String code) {
    return ERRORS.contains(code) ? code : "an unknown error";
  }

  static Map<String, Object> object(byte[] json) throws IOException {
    try {
      return JSONObjectUtils.parse(new String(json, StandardCharsets.UTF_8));
    } catch (ParseException e) {
      throw new IOException("the response of the provider is not a JSON object", e);
    }
  }

  static String encoded(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
