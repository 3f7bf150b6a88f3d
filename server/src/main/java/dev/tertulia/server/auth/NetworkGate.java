package dev.tertulia.server.auth;

import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.Refusal;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Keeps out whoever would come in by accident: there are no accounts, so whoever reaches the
/// server may do everything.
///
/// Unless opened to the network it serves loopback only, by the name that was asked for, and a
/// request that came through a proxy is refused. Opened, it answers to its addresses and to the
/// names that it was given, because anybody can make a name of his own point here and have a page
/// of that name ask. A page of another origin is refused always, unless it is on the list; so is
/// what a page of another site makes a browser ask for without an `Origin`, such as an image. Safe
/// for any thread.
public final class NetworkGate {
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);
  private static final Pattern ADDRESS =
      Pattern.compile("(\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]{2,45}])(:\\d{1,5})?");
  private static final Pattern NAME = Pattern.compile("([A-Za-z0-9._-]{1,253})(:\\d{1,5})?");
  private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/?#\\s]+)");

  /// What `Sec-Fetch-Site` says of what pages of other sites, and of other origins of the same
  /// site, make a browser ask for.
  private static final Set<String> ELSEWHERE = Set.of("cross-site", "same-site");

  private final boolean openOnNetwork;
  private final Set<String> hosts;
  private final Set<String> allowedOrigins;
  private final Language.Words words;

  /// @param hosts names to answer to besides addresses and `localhost`, when open on the network;
  ///   in lower case
  /// @param allowedOrigins other origins whose pages may connect, such as
  ///   `https://chat.example.org`
  public NetworkGate(
      boolean openOnNetwork, Set<String> hosts, Set<String> allowedOrigins, Language language) {
    this.openOnNetwork = openOnNetwork;
    this.hosts = Set.copyOf(hosts);
    this.allowedOrigins = Set.copyOf(allowedOrigins);
    words = language.words();
  }

  /// Whether `host` names this machine and no other.
  public static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host).matches();
  }

  /// Looks at where a request for `path` comes from.
  ///
  /// @param path as it came
  /// @return why it is refused; `null` if it may come in
  public @Nullable Refusal check(Provenance from, String path) {
    if (!openOnNetwork && (from.proxied() || from.host() == null || !isLoopback(from.host()))) {
      return new Refusal(ErrorCode.FORBIDDEN, words.loopbackOnly());
    }
    if (openOnNetwork && from.host() != null && !isOwn(from.host())) {
      return new Refusal(ErrorCode.FORBIDDEN, words.unknownHost());
    }
    String origin = from.origin();
    if (origin != null && !isListed(origin) && !isSame(origin, from.host())) {
      return new Refusal(ErrorCode.FORBIDDEN, words.foreignOrigin());
    }
    boolean elsewhere = from.site() != null && ELSEWHERE.contains(from.site());
    if (origin == null && elsewhere && !isForAnySite(path)) {
      return new Refusal(ErrorCode.FORBIDDEN, words.otherSite());
    }
    return null;
  }

  /// Whether `origin` is on the list of other origins whose pages may ask, and read the answers.
  public boolean isListed(String origin) {
    return allowedOrigins.contains(origin);
  }

  /// What any site may link to, since nothing is done and nothing told by it.
  private static boolean isForAnySite(String path) {
    return path.equals("/")
        || path.equals("/docs")
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

  private static boolean isSame(String origin, @Nullable String host) {
    Matcher matcher = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
    if (host == null || !matcher.matches()) {
      return false;
    }
    int port = matcher.group(1).equals("https") ? 443 : 80;
    return withPort(matcher.group(2), port).equals(withPort(host.toLowerCase(Locale.ROOT), port));
  }

  private static String withPort(String authority, int port) {
    return authority.matches(".*:\\d+") ? authority : authority + ":" + port;
  }
}
