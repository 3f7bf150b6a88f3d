package dev.tertulia.server.net.http1;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.auth.Provenance;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.PathPrefix;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.proxy.ForwardedFields;
import dev.tertulia.server.net.proxy.Sender;
import dev.tertulia.server.net.proxy.TrustedProxies;
import dev.tertulia.server.protocol.RawText;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Checks a request before it is routed: well-formed, within limits, and from an allowed place.
final class RequestCheck {
  /// The maximum number of header fields of a request.
  static final int MAX_HEADERS = 100;

  /// The maximum length of an address, in bytes. It has room for all rooms of a stream with the
  /// longest names, and their positions. Longer ones are read up to `Pipelines#MAX_LINE_BYTES`, so
  /// that the origin of the page is known and it may read the refusal.
  static final int MAX_ADDRESS_BYTES = 16 * 1024;

  /// Header fields that identify the sender or the target: if one appeared twice, two readers could
  /// use different values.
  private static final List<String> ONCE =
      List.of(
          "Origin",
          "Authorization",
          "Idempotency-Key",
          "Last-Event-ID",
          "Content-Type",
          "Content-Encoding",
          "Sec-Fetch-Site",
          "Sec-Fetch-Mode",
          "Access-Control-Request-Method");

  private static final String CHUNKED = "chunked";

  /// The maximum length of the reason for which a request is malformed, in characters.
  private static final int MAX_REASON = 200;

  private final NetworkGate gate;

  private final PathPrefix prefix;
  private final TrustedProxies trusted;
  private final Channel channel;

  /// @param channel the connection of the requests
  RequestCheck(NetworkGate gate, PathPrefix prefix, TrustedProxies trusted, Channel channel) {
    this.gate = gate;
    this.prefix = prefix;
    this.trusted = trusted;
    this.channel = channel;
  }

  /// The client that sent `request`, as far as it is believed.
  ///
  /// @return `null` if it can't be known, because a trusted proxy has named two
  @Nullable Sender sender(FullHttpRequest request) {
    boolean secure = channel.pipeline().get(SslHandler.class) != null;
    InetAddress peer = Admission.addressOf(channel);
    return peer == null
        ? new Sender(InetAddress.getLoopbackAddress(), false, secure, null)
        : ForwardedFields.sender(request.headers(), peer, secure, trusted);
  }

  /// Whether `request` came through a proxy from where loopback does not reach, or may have.
  private boolean isProxied(FullHttpRequest request, Sender sender) {
    InetAddress peer = Admission.addressOf(channel);
    boolean believed = peer != null && trusted.contains(peer);
    boolean elsewhere = !sender.isKnown() || !sender.address().isLoopbackAddress();
    return (Admission.isRelayed(channel) && elsewhere)
        || (ProxySigns.areIn(request) && (!believed || elsewhere));
  }

  /// Checks `request`.
  ///
  /// @param sender the client that sent it; `null` if it can't be known
  /// @return the refusal; `null` if it is allowed
  @Nullable Response check(FullHttpRequest request, @Nullable Sender sender) {
    if (request.decoderResult().isFailure()) {
      return malformed(request.decoderResult().cause());
    }
    HttpHeaders headers = request.headers();
    if (request.uri().length() > MAX_ADDRESS_BYTES) {
      return tooLong();
    }
    if (headers.size() > MAX_HEADERS) {
      return problem(431, "A request can have at most " + MAX_HEADERS + " header fields.");
    }
    int hosts = headers.getAll(HttpHeaderNames.HOST).size();
    boolean old = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
    if (hosts > 1 || (hosts == 0 && !old) || !isPath(request.uri())) {
      return problem(
          400, "A request must have exactly one Host header and a path that begins with '/'.");
    }
    Response wrong = wrongHeader(headers);
    if (wrong == null) {
      wrong = wrongTransferEncoding(headers);
    }
    if (wrong != null) {
      return wrong;
    }
    String path = path(request);
    if (RawText.hasBadPercent(path)) {
      return problem(400, "The address contains a '%' without two hexadecimal digits.");
    }
    if (sender == null) {
      return problem(
          400,
          "Forwarded and X-Forwarded-For name different clients. The proxy must remove the one that"
              + " it does not set itself.");
    }
    String host = sender.host();
    Refusal refusal =
        gate.check(
            new Provenance(
                host == null ? headers.get(HttpHeaderNames.HOST) : host,
                isProxied(request, sender),
                headers.get(HttpHeaderNames.ORIGIN),
                headers.get("Sec-Fetch-Site"),
                sender.secure()),
            path);
    return refusal == null ? null : Response.problem(refusal);
  }

  /// The other origin of the page that sent `request`, if it is on the list; `null` otherwise, and
  /// if no such page sent it. A request that could not be read completely may have lost its header
  /// fields.
  @Nullable String reader(FullHttpRequest request) {
    List<String> origins = request.headers().getAll(HttpHeaderNames.ORIGIN);
    return origins.size() == 1 && gate.isListed(origins.getFirst()) ? origins.getFirst() : null;
  }

  /// The path of the address, without the prefix under which a proxy serves this server.
  String path(FullHttpRequest request) {
    return prefix.strip(receivedPath(request));
  }

  /// Where the page is instead, if the path is the prefix alone: below it, the relative addresses
  /// of the page would lead elsewhere.
  ///
  /// @return `null` for any other path
  @Nullable Response toPage(FullHttpRequest request) {
    if (!prefix.isBare(receivedPath(request))) {
      return null;
    }
    String query = query(request);
    String page = query.isEmpty() ? prefix.page() : prefix.page() + "?" + query;
    return Response.empty(308, Map.of("Location", page, "Cache-Control", "no-cache"));
  }

  static String receivedPath(FullHttpRequest request) {
    String uri = request.uri();
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  /// The part of the address after the `?`, as received; empty for none.
  static String query(FullHttpRequest request) {
    String uri = request.uri();
    int query = uri.indexOf('?');
    return query < 0 ? "" : uri.substring(query + 1);
  }

  /// The value of a header field; several are joined as a list.
  ///
  /// @return `null` if there is none
  static @Nullable String header(HttpHeaders headers, String name) {
    List<String> all = headers.getAll(name);
    if (all.isEmpty()) {
      return null;
    }
    String value = String.join(", ", all);
    String text = RawText.utf8(value);
    return text == null ? value : text;
  }

  /// A refusal of a request that breaks a rule.
  static Response problem(int status, String detail) {
    return Response.problem(status, new Refusal(ErrorCode.INVALID, detail));
  }

  private static boolean isPath(String uri) {
    return uri.startsWith("/") && uri.indexOf('#') < 0;
  }

  private static @Nullable Response wrongHeader(HttpHeaders headers) {
    for (String name : ONCE) {
      List<String> values = headers.getAll(name);
      if (values.size() > 1) {
        return problem(400, "The header field " + name + " appears twice.");
      }
      if (!values.isEmpty() && RawText.utf8(values.getFirst()) == null) {
        return problem(400, "The header field " + name + " is not UTF-8.");
      }
    }
    return null;
  }

  /// The body has been decoded as chunks, which is correct only if no other coding was applied. A
  /// field that is only `chunked` has been removed by then.
  private static @Nullable Response wrongTransferEncoding(HttpHeaders headers) {
    List<String> codings = new ArrayList<>();
    for (String value : headers.getAll(HttpHeaderNames.TRANSFER_ENCODING)) {
      for (String coding : value.split(",", -1)) {
        if (!coding.isBlank()) {
          codings.add(coding.strip().toLowerCase(Locale.ROOT));
        }
      }
    }
    if (codings.isEmpty() || codings.equals(List.of(CHUNKED))) {
      return null;
    }
    int first = codings.indexOf(CHUNKED);
    return first >= 0 && first < codings.size() - 1
        ? problem(400, "In Transfer-Encoding, 'chunked' must appear once, at the end.")
        : problem(501, "The only supported transfer coding is 'chunked'.");
  }

  private static Response tooLong() {
    return problem(
        414,
        "The address is longer than "
            + MAX_ADDRESS_BYTES
            + " bytes. A stream can take its position from Last-Event-ID instead.");
  }

  private static Response malformed(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException e -> tooLong();
      case TooLongHttpHeaderException e -> problem(431, "The header fields are too long.");
      case TooLongHttpContentException e ->
          Response.problem(new Refusal(ErrorCode.TOO_LARGE, "The body is too large."));
      default -> problem(400, "Malformed HTTP request: " + reason(cause));
    };
  }

  /// What the decoder says of `cause`, bounded, because it may quote the request.
  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    if (message == null || message.isBlank()) {
      return "it can't be parsed";
    }
    return message.length() <= MAX_REASON ? message : message.substring(0, MAX_REASON) + "…";
  }
}
