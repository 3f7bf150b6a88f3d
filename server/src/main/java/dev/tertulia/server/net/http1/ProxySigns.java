package dev.tertulia.server.net.http1;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Signs that a request came through a proxy, a tunnel or a content delivery network: a header
/// field that these add, or HTTP features that only old ones use.
///
/// A proxy that adds nothing and uses HTTP/1.1 can't be detected.
final class ProxySigns {
  /// Prefixes of header fields, in lower case, with `-` for each `_`.
  private static final List<String> BEGINNINGS =
      List.of(
          "x-forwarded",
          "x-original-",
          "x-envoy-",
          "x-real-",
          "x-remote-",
          "x-proxy",
          "x-amz-cf-",
          "x-amzn-",
          "x-appengine-",
          "x-arr-",
          "x-azure-",
          "x-vercel-",
          "cf-",
          "cdn-",
          "cloudfront-",
          "fastly-",
          "fly-",
          "tailscale-",
          "ngrok-",
          "wl-proxy-");

  /// Complete header fields, in the same form.
  private static final Set<String> NAMES =
      Set.of(
          "forwarded",
          "forwarded-for",
          "via",
          "max-forwards",
          "client-ip",
          "true-client-ip",
          "x-client-ip",
          "x-cluster-client-ip",
          "proxy-client-ip",
          "proxy-connection",
          "front-end-https",
          "surrogate-capability",
          "x-host",
          "x-http-host-override",
          "x-request-start",
          "x-rewrite-url",
          "x-scheme",
          "x-url-scheme",
          "x-varnish");

  private ProxySigns() {}

  /// Whether `request` has such a sign.
  ///
  /// HTTP/1.0 with a `Connection` header counts: a client of that version has no reason to send
  /// `close`, and `keep-alive` is what old proxies request. nginx sends the former by default
  /// before version 1.29.7.
  static boolean areIn(FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    if (request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0
        && (headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true)
            || headers.containsValue(
                HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE, true))) {
      return true;
    }
    for (String name : headers.names()) {
      if (isOne(name.toLowerCase(Locale.ROOT).replace('_', '-'))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOne(String name) {
    return NAMES.contains(name) || BEGINNINGS.stream().anyMatch(name::startsWith);
  }
}
