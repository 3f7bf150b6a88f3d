package dev.tertulia.server.net;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// By what a request is known to have come through a proxy, a tunnel or a content delivery network:
/// a header field that such a one adds, or the way in which an old one speaks HTTP.
///
/// A proxy that adds nothing and speaks HTTP/1.1 isn't noticed: nothing in the request tells of it.
final class ProxySigns {
  /// Header fields by their beginning, in lower case, with a `-` for each `_`.
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

  /// Whole header fields, written in the same way.
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

  /// Whether `request` has one.
  ///
  /// HTTP/1.0 that says what becomes of the connection counts: a client that speaks it has no
  /// reason to say `close`, and `keep-alive` is what old proxies ask for. nginx says the former,
  /// unless it is new or told otherwise.
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
