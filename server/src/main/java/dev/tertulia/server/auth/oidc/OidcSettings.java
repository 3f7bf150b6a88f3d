package dev.tertulia.server.auth.oidc;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How people sign in with an OpenID Connect provider.
///
/// @param issuer the provider, in exactly the letters of its `iss`
/// @param clientId the id under which this server is registered there
/// @param clientSecret `null` for a public client, which proves itself by PKCE alone
/// @param scopes what is asked for, separated by spaces; contains `openid`
/// @param label the name of the provider, as people know it
/// @param session how long people stay signed in
/// @param publicUrl the address at which browsers reach the page, without a `/` at its end
/// @param cookie the name of the cookie with the session
public record OidcSettings(
    URI issuer,
    String clientId,
    @Nullable String clientSecret,
    String scopes,
    String label,
    Duration session,
    URI publicUrl,
    String cookie) {
  /// The address to which the provider sends people back; it is to be registered there.
  public URI redirectUri() {
    return URI.create(publicUrl + "/sign-in/callback");
  }

  /// Whether browsers reach the page over TLS.
  boolean isSecure() {
    return "https".equals(publicUrl.getScheme());
  }

  /// The path of the page, with a `/` at its end.
  public String page() {
    String path = publicUrl.getRawPath();
    return path == null || path.isEmpty() ? "/" : path + "/";
  }

  @Override
  public String toString() {
    return "OpenID Connect with " + issuer + " as " + clientId;
  }
}
