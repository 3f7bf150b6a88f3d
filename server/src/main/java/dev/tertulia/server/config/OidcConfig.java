package dev.tertulia.server.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How people sign in on the page with an OpenID Connect provider.
///
/// @param issuer the provider
/// @param clientId the id of this server there
/// @param clientSecret `null` for a public client
/// @param label the name of the provider, as people know it
/// @param prefix stands before the `sub` of its clients; may be empty if there is no other issuer
/// @param session how long people stay signed in
/// @param publicUrl the address at which browsers reach the page
public record OidcConfig(
    URI issuer,
    String clientId,
    @Nullable Secret clientSecret,
    String scopes,
    String label,
    String prefix,
    Duration session,
    URI publicUrl) {
  /// The name of the cookie with the session, unless `auth.cookie` says another.
  static final String COOKIE = "tertulia_session";

  /// The maximum duration of a session.
  private static final Duration LONGEST = Duration.ofDays(30);

  /// Reads the section; `null` if people don't sign in, or it is not valid, which is a problem.
  ///
  /// @param others the issuers beside the provider
  static @Nullable OidcConfig from(SettingReader settings, List<IssuerConfig> others) {
    Value issuer = settings.get(Setting.AUTH_OIDC_ISSUER);
    Value clientId = settings.get(Setting.AUTH_OIDC_CLIENT_ID);
    Value publicUrl = settings.get(Setting.PUBLIC_URL);
    URI provider = AuthConfig.url(issuer);
    URI page = AuthConfig.url(publicUrl);
    if (page != null && (page.getRawQuery() != null || page.toString().endsWith("/"))) {
      publicUrl.refuse("an address without '?' and without '/' at its end");
    }
    if (!issuer.isSet()) {
      if (clientId.isSet()) {
        clientId.report("is set, so auth.oidc.issuer must be set too");
      }
      return null;
    }
    if (!clientId.isSet()) {
      issuer.report("is set, so auth.oidc.client_id must be set too");
    }
    if (!publicUrl.isSet()) {
      issuer.report("is set, so public_url must be set too: the provider sends people back there");
    }
    Value scopes = settings.get(Setting.AUTH_OIDC_SCOPES);
    if (!List.of(scopes.text().split(" ", -1)).contains("openid")) {
      scopes.refuse("scopes separated by spaces, one of which is openid");
    }
    Value session = settings.get(Setting.AUTH_OIDC_SESSION);
    Duration lasts = session.duration();
    if (lasts.compareTo(LONGEST) > 0) {
      session.refuse("at most " + LONGEST.toDays() + "d");
    }
    String prefix = prefix(settings.get(Setting.AUTH_OIDC_PREFIX), issuer, others);
    Secret secret = settings.get(Setting.AUTH_OIDC_CLIENT_SECRET).anySecret();
    if (provider == null || page == null) {
      return null;
    }
    Value label = settings.get(Setting.AUTH_OIDC_LABEL);
    return new OidcConfig(
        provider,
        clientId.text(),
        secret,
        scopes.text(),
        label.text().isEmpty() ? provider.getHost() : label.text(),
        prefix,
        lasts,
        page);
  }

  private static String prefix(Value prefix, Value issuer, List<IssuerConfig> others) {
    String text = IssuerConfig.prefix(prefix);
    for (IssuerConfig other : others) {
      if (issuer.text().equals(other.name())) {
        issuer.report("is also one of auth.issuers: it may stand in one of them only");
      }
      if (other.name() == null
          || other.prefix().startsWith(text)
          || text.startsWith(other.prefix())) {
        prefix.report(
            "and the prefixes of other issuers must be set, and none may be the beginning of"
                + " another, so that two people with the same 'sub' are not one client; give the"
                + " issuer of auth.hs256_secret a name and a prefix, in auth.issuers");
        break;
      }
    }
    return text;
  }
}
