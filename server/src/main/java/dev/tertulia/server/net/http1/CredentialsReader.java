package dev.tertulia.server.net.http1;

import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.http.Cookies;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.RawText;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/// Reads the credentials of requests: the one place that knows where they are. Immutable.
///
/// They are in `Authorization: Bearer`; in a cookie, if the server has one; and, for a request that
/// opens a connection, in the query (`token`) or in an offered subprotocol
/// (`tertulia.token.TOKEN`), because a browser can't give a WebSocket or an `EventSource` a header.
public final class CredentialsReader {
  /// How an offered subprotocol begins that contains a token. It is never selected, and so never
  /// sent back.
  static final String SUBPROTOCOL_PREFIX = "tertulia.token.";

  private static final String QUERY_FIELD = "token";

  private final @Nullable String cookie;

  /// @param cookie the name of the cookie that contains a token; `null` for none
  public CredentialsReader(@Nullable String cookie) {
    this.cookie = cookie;
  }

  /// Reads the credentials of a request that opens a connection. Its origin was checked before.
  Credentials ofOpening(FullHttpRequest request, OpeningRequest opening) {
    Credentials all = of(request);
    for (String raw : opening.rawValues(QUERY_FIELD)) {
      String token = RawText.decode(raw);
      all = all.and(new Credentials.Token(token == null ? "" : token));
    }
    for (String name : opening.subprotocols()) {
      if (name.startsWith(SUBPROTOCOL_PREFIX)) {
        all = all.and(new Credentials.Token(name.substring(SUBPROTOCOL_PREFIX.length())));
      }
    }
    return all;
  }

  /// Reads the credentials of any other request. Its origin was checked before.
  Credentials of(FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    Credentials all = bearer(headers.get(HttpHeaderNames.AUTHORIZATION));
    return cookie != null && mayUseCookie(request) ? all.and(inCookies(headers, cookie)) : all;
  }

  private static Credentials bearer(@Nullable String header) {
    String text = header == null ? null : Credentials.bearer(header);
    return text == null ? Credentials.none() : Credentials.ofBearer(text);
  }

  /// Whether the cookie counts: a page of another site can make a browser send it. A page that
  /// sends an `Origin` is one of this server or of a listed origin, because others were refused
  /// before. Without one, only requests that change nothing are believed.
  private static boolean mayUseCookie(FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    boolean reads =
        request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    return (reads || headers.contains(HttpHeaderNames.ORIGIN))
        && !headers.containsValue("Sec-Fetch-Site", "cross-site", /* ignoreCase= */ true);
  }

  private static Credentials inCookies(HttpHeaders headers, String name) {
    Credentials all = Credentials.none();
    for (String header : headers.getAll(HttpHeaderNames.COOKIE)) {
      for (String value : Cookies.named(name, header)) {
        all = all.and(new Credentials.Token(unquoted(value)));
      }
    }
    return all;
  }

  private static String unquoted(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }
}
