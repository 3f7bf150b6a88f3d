package dev.tertulia.server.http;

import dev.tertulia.server.model.Digests;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The security headers of responses: they allow a browser only what the page needs.
public final class ContentSecurity {
  /// The headers of responses that are not pages.
  static final Map<String, String> COMMON_HEADERS =
      Map.of(
          "Content-Security-Policy", policy("'self'", "'self'"),
          "X-Content-Type-Options", "nosniff",
          "Referrer-Policy", "no-referrer",
          "Cross-Origin-Opener-Policy", "same-origin",
          "Cross-Origin-Resource-Policy", "same-origin");

  private static final Pattern INLINE_SCRIPT =
      Pattern.compile("<script(?![^>]*\\bsrc=)[^>]*>(.*?)</script>", Pattern.DOTALL);
  private static final Pattern INLINE_STYLE =
      Pattern.compile("<style[^>]*>(.*?)</style>", Pattern.DOTALL);

  private ContentSecurity() {}

  /// The policy for a page: only its own inline scripts and styles are allowed, each by its hash.
  public static String policyFor(String html) {
    return policy("'self'" + hashes(INLINE_SCRIPT, html), "'self'" + hashes(INLINE_STYLE, html));
  }

  private static String policy(String scripts, String styles) {
    return String.join(
        "; ",
        "default-src 'none'",
        "script-src " + scripts,
        "style-src " + styles,
        "connect-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html tertulia-updates");
  }

  private static String hashes(Pattern elements, String html) {
    StringBuilder sources = new StringBuilder();
    Matcher matcher = elements.matcher(html);
    while (matcher.find()) {
      byte[] hash = Digests.sha256(matcher.group(1).getBytes(StandardCharsets.UTF_8));
      sources.append(" 'sha256-").append(Base64.getEncoder().encodeToString(hash)).append('\'');
    }
    return sources.toString();
  }
}
