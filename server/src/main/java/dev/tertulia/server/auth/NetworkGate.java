package dev.tertulia.server.auth;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Refuses requests from places from which nobody should reach the server by accident.
///
/// Without accounts, any client that reaches the server may do everything. So by default the server
/// answers loopback only, identified by the `Host` of the request, and refuses requests that came
/// through a proxy. Opened to the network, it answers to its IP addresses and to the configured
/// names; other names are refused because anyone can point a name of their own at this server and
/// serve a page under it. Requests from pages of another origin are always refused, unless the
/// origin is on the list. So are requests that pages of another site make without an `Origin`, such
/// as for an image. Safe for any thread.
public final class NetworkGate {
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);
  private static final Pattern ADDRESS =
      Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]{2,45}])(:\\d{1,5})?");
  private static final Pattern NAME = Pattern.compile("([A-Za-z0-9._-]{1,253})(:\\d{1,5})?");
  private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/?#\\s]+)");

  /// The values of `Sec-Fetch-Site` for requests of pages of another site, or of another origin of
  /// the same site.
  private static final Set<String> ELSEWHERE = Set.of("cross-site", "same-site");

  /// From where the server may be reached.
  public enum Reach {
    /// From its own machine: anyone who reaches it is believed.
    LOOPBACK,
    /// From the network, by its addresses and the configured names, although anyone who reaches it
    /// is believed.
    NETWORK,
    /// From anywhere, by any name, through proxies too: clients show who they are.
    ANYWHERE
  }

  private final Reach reach;
  private final Set<String> hosts;
  private final Set<String> allowedOrigins;
  private final Language.Words words;

  /// @param hosts the names that the server answers to, besides addresses and `localhost`, when it
  ///   is open on the network; in lower case
  /// @param allowedOrigins other origins whose pages may connect, such as
  ///   `https://chat.example.org`
  public NetworkGate(
      Reach reach, Set<String> hosts, Set<String> allowedOrigins, Language language) {
    this.reach = reach;
    this.hosts = Set.copyOf(hosts);
    this.allowedOrigins = Set.copyOf(allowedOrigins);
    words = language.words();
  }

  /// Whether `host` names only this machine.
  public static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host).matches();
  }

  /// Checks the origin of a request for `path`.
  ///
  /// @param path as received
  /// @return the refusal; `null` if the request is allowed
  public @Nullable Refusal check(Provenance from, String path) {
    String host = from.host();
    if (reach == Reach.LOOPBACK && (from.proxied() || host == null || !isLoopback(host))) {
      return new Refusal(ErrorCode.FORBIDDEN, words.loopbackOnly());
    }
    if (reach == Reach.NETWORK && host != null && !isOwn(host)) {
      return new Refusal(ErrorCode.FORBIDDEN, words.unknownHost());
    }
    String origin = from.origin();
    if (origin != null && !isListed(origin) && !isSame(origin, from)) {
      return new Refusal(ErrorCode.FORBIDDEN, words.foreignOrigin());
    }
    boolean elsewhere = from.site() != null && ELSEWHERE.contains(from.site());
    if (origin == null && elsewhere && !isForAnySite(path)) {
      return new Refusal(ErrorCode.FORBIDDEN, words.otherSite());
    }
    return null;
  }

  /// Whether `origin` is on the list of other origins whose pages may send requests and read
  /// responses.
  public boolean isListed(String origin) {
    return allowedOrigins.contains(origin);
  }

  /// Whether any site may link to the path: requests to it change and disclose nothing.
  private static boolean isForAnySite(String path) {
    return path.equals("/")
        || path.equals("/docs")
        || path.equals("/admin")
        || path.equals("/sign-in")
        || path.equals("/sign-in/callback")
        || path.startsWith("/static/")
        || path.startsWith("/health/");
  }

  private boolean isOwn(String host) {
    if (isLoopback(host) || ADDRESS.matcher(host).matches()) {
      return true;
    }
    Matcher matcher = NAME.matcher(host);
    return matcher.matches() && hosts.contains(matcher.group(1).toLowerCase(Locale.ROOT));
  }

  /// Whether `host` is the name of a machine, and not an address or loopback.
  public static boolean isName(String host) {
    return !isLoopback(host) && !ADDRESS.matcher(host).matches() && NAME.matcher(host).matches();
  }

  /// Over TLS, a page that came without TLS is another origin; without it, a proxy that is not
  /// trusted may have used TLS.
  private static boolean isSame(String origin, Provenance from) {
    Matcher matcher = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
    String host = from.host();
    if (host == null || !matcher.matches()) {
      return false;
    }
    if (from.secure() && matcher.group(1).equals("http")) {
      return false;
    }
    int port = matcher.group(1).equals("https") ? 443 : 80;
    return withPort(matcher.group(2), port).equals(withPort(host.toLowerCase(Locale.ROOT), port));
  }

  private static String withPort(String authority, int port) {
    return authority.matches(".*:\\d+") ? authority : authority + ":" + port;
  }
}
