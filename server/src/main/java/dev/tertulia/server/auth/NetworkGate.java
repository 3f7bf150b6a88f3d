package dev.tertulia.server.auth;

import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.Refusal;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Keeps out whoever would come in by accident: there are no accounts, so whoever reaches the
/// server may do everything.
///
/// Unless opened to the network it serves loopback only, by the name that was asked for: a page of
/// another site whose name was made to point here, or a proxy that nobody thought of, is refused. A
/// page of another origin is refused always, unless it is on the list. Safe for any thread.
public final class NetworkGate {
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);
  private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/?#\\s]+)");

  private final boolean openOnNetwork;
  private final Set<String> allowedOrigins;
  private final Language.Words words;

  /// @param allowedOrigins other origins whose pages may connect, such as
  ///   `https://chat.example.org`
  public NetworkGate(boolean openOnNetwork, Set<String> allowedOrigins, Language language) {
    this.openOnNetwork = openOnNetwork;
    this.allowedOrigins = Set.copyOf(allowedOrigins);
    words = language.words();
  }

  /// Whether `host` names this machine and no other.
  public static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host).matches();
  }

  /// Looks at where a request comes from.
  ///
  /// @param host what the request says in `Host`
  /// @param proxied whether it carries a header that a proxy adds
  /// @param origin the origin of the page that made it, if a page did
  /// @return why it is refused; `null` if it may come in
  public @Nullable Refusal check(@Nullable String host, boolean proxied, @Nullable String origin) {
    if (!openOnNetwork && (proxied || host == null || !isLoopback(host))) {
      return new Refusal(ErrorCode.FORBIDDEN, words.loopbackOnly());
    }
    if (origin != null && !allowedOrigins.contains(origin) && !isSame(origin, host)) {
      return new Refusal(ErrorCode.FORBIDDEN, words.foreignOrigin());
    }
    return null;
  }

  private static boolean isSame(String origin, @Nullable String host) {
    var matcher = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
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
