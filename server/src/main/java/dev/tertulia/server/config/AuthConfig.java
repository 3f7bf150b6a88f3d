package dev.tertulia.server.config;

import dev.tertulia.server.auth.Grants;
import dev.tertulia.server.auth.GroupGrants;
import dev.tertulia.server.auth.Permission;
import dev.tertulia.server.auth.token.ClaimNames;
import dev.tertulia.server.auth.token.TokenVerifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who may connect, and do what.
///
/// @param issuers of tokens; empty in open mode. Each of several has a name and a prefix of its own
/// @param keys the API keys of the configuration
/// @param claims where tokens say what
/// @param clockSkew how far the clocks of issuers may be from that of this server
/// @param cookie the name of the cookie that contains a token, which sessions of the page need;
///   `null` for none
/// @param oidc how people sign in on the page; `null` if they don't
/// @param join the backend that decides what clients with tokens may do in rooms; `null` for none
/// @param groups what the members of groups may do, besides what their tokens say; by name
/// @param anonymous what clients without a token may do; empty if they are refused
/// @param openOnNetwork whether open mode may be served to the network
public record AuthConfig(
    Mode mode,
    List<IssuerConfig> issuers,
    List<KeyConfig> keys,
    ClaimNames claims,
    Duration clockSkew,
    @Nullable String cookie,
    @Nullable OidcConfig oidc,
    @Nullable Join join,
    Map<String, Grants> groups,
    Grants anonymous,
    boolean openOnNetwork) {

  /// How clients say who they are.
  public enum Mode {
    /// They say it, and are believed.
    OPEN,
    /// By a token.
    TOKEN
  }

  /// The operator's backend that decides who may join a room.
  ///
  /// @param secret signs the requests
  public record Join(URI url, Secret secret) {}

  public AuthConfig {
    issuers = List.copyOf(issuers);
    keys = List.copyOf(keys);
    groups = Map.copyOf(groups);
  }

  static AuthConfig from(SettingReader settings) {
    Value mode = settings.get(Setting.AUTH_MODE);
    List<IssuerConfig> issuers = issuers(settings);
    OidcConfig oidc = OidcConfig.from(settings, issuers);
    String cookie = cookie(settings.get(Setting.AUTH_COOKIE));
    AuthConfig auth =
        new AuthConfig(
            mode.oneOf(Mode.class),
            issuers,
            KeyConfig.all(settings.get(Setting.AUTH_KEYS), settings.get(Setting.API_KEYS)),
            new ClaimNames(
                settings.get(Setting.AUTH_CLAIMS_CAN).text(),
                settings.get(Setting.AUTH_CLAIMS_NAME).text(),
                settings.get(Setting.AUTH_CLAIMS_GROUPS).text()),
            skew(settings.get(Setting.AUTH_CLOCK_SKEW)),
            cookie == null && oidc != null ? OidcConfig.COOKIE : cookie,
            oidc,
            join(settings.get(Setting.AUTH_JOIN_URL), settings.get(Setting.AUTH_JOIN_SECRET)),
            groups(settings.get(Setting.AUTH_GROUPS)),
            permissions(settings.get(Setting.AUTH_ANONYMOUS)),
            settings.get(Setting.AUTH_OPEN_ON_NETWORK).truth());
    boolean anyIssuer =
        settings.get(Setting.AUTH_HS256_SECRET).isSet()
            || settings.get(Setting.AUTH_ISSUERS).isSet()
            || settings.get(Setting.AUTH_OIDC_ISSUER).isSet();
    switch (auth.mode) {
      case TOKEN -> {
        if (!anyIssuer) {
          mode.report(
              "is 'token', but no issuer is configured: set auth.hs256_secret, auth.issuers or"
                  + " auth.oidc.issuer");
        }
      }
      case OPEN -> {
        if (settings.get(Setting.AUTH_ANONYMOUS).isSet()) {
          settings
              .get(Setting.AUTH_ANONYMOUS)
              .report("is set, but auth.mode is 'open', in which nobody needs a token");
        }
        if (settings.get(Setting.AUTH_GROUPS).isSet()) {
          settings
              .get(Setting.AUTH_GROUPS)
              .report(
                  "is set, but auth.mode is 'open', in which tokens, and so groups, are ignored");
        }
        if (anyIssuer) {
          settings.report(
              "there is an issuer of tokens, but auth.mode is 'open', which believes everybody: set"
                  + " auth.mode to token");
        }
      }
    }
    return auth;
  }

  private static List<IssuerConfig> issuers(SettingReader settings) {
    List<IssuerConfig> issuers = new ArrayList<>();
    Value only = settings.get(Setting.AUTH_HS256_SECRET);
    Value several = settings.get(Setting.AUTH_ISSUERS);
    Secret secret = only.secret();
    if (secret != null) {
      issuers.add(IssuerConfig.ofSecret(secret));
    }
    if (only.isSet() && several.isSet()) {
      only.report(
          "is that of an only issuer, but there is auth.issuers: add it there, with a name");
    }
    issuers.addAll(IssuerConfig.all(several));
    return issuers;
  }

  private static Duration skew(Value value) {
    Duration skew = value.durationOrZero();
    if (skew.compareTo(TokenVerifier.MAX_SKEW) > 0) {
      value.refuse("at most " + TokenVerifier.MAX_SKEW.toMinutes() + "m");
    }
    return skew;
  }

  private static @Nullable String cookie(Value value) {
    String cookie = value.optional();
    if (cookie != null && !cookie.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}")) {
      value.refuse("the name of a cookie, such as token");
    }
    return cookie;
  }

  private static @Nullable Join join(Value url, Value secret) {
    URI address = url(url);
    Secret signs = secret.secret();
    if (url.isSet() && !secret.isSet()) {
      url.report("is set, so auth.join_secret must be set too: it signs the requests");
    }
    if (secret.isSet() && !url.isSet()) {
      secret.report("is set, so auth.join_url must be set too");
    }
    return address == null || signs == null ? null : new Join(address, signs);
  }

  /// An address of `http` or `https`; `null` if there is none, or it is not valid, which is a
  /// problem.
  static @Nullable URI url(Value value) {
    String text = value.optional();
    if (text == null) {
      return null;
    }
    try {
      URI url = new URI(text);
      if (url.getHost() != null
          && url.getUserInfo() == null
          && String.valueOf(url.getScheme()).matches("https?")) {
        return url;
      }
    } catch (URISyntaxException e) {
      // Reported below.
    }
    value.refuse("an address of http or https, such as https://example.org/path");
    return null;
  }

  private static Map<String, Grants> groups(Value mapping) {
    Map<String, Grants> groups = new HashMap<>();
    mapping
        .named()
        .forEach((name, list) -> {
          if (name.isEmpty() || name.length() > GroupGrants.MAX_NAME) {
            list.report(
                "is not a name of a group: it must have 1 to %s characters"
                    .formatted(GroupGrants.MAX_NAME));
          }
          Grants can = permissions(list);
          if (can.all().size() > GroupGrants.MAX_PERMISSIONS) {
            list.report("has more than " + GroupGrants.MAX_PERMISSIONS + " permissions");
          } else if (list.items().isEmpty()) {
            list.report("gives nothing: list permissions, or remove the group");
          }
          groups.put(name, can);
        });
    if (groups.size() > GroupGrants.MAX_GROUPS) {
      mapping.report("has more than " + GroupGrants.MAX_GROUPS + " groups");
    }
    return groups;
  }

  private static Grants permissions(Value list) {
    List<Permission> all = new ArrayList<>();
    for (Value item : list.items()) {
      Permission permission = Permission.parse(item.text());
      if (permission == null) {
        item.refuse(
            "a list of permissions: room:PATTERN:join, room:PATTERN:send, room:PATTERN:moderate,"
                + " notify:PATTERN or broadcast");
      } else {
        all.add(permission);
      }
    }
    return new Grants(all);
  }
}
