package dev.tertulia.server.net;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Refusal;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpContentException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a request must be before anybody looks at what it asks for: well-formed, within bounds, and
/// from where requests may come.
final class RequestCheck {
  /// The most header fields that a request may have.
  static final int MAX_HEADERS = 100;

  private static final String FORWARDED_PREFIX = "x-forwarded-";
  private static final Set<String> PROXY_HEADERS = Set.of("forwarded", "via", "x-real-ip");

  private final NetworkGate gate;

  RequestCheck(NetworkGate gate) {
    this.gate = gate;
  }

  /// Looks at `request`.
  ///
  /// @return how to answer if it may not come in; `null` if it may
  @Nullable Response check(FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return malformed(request.decoderResult().cause());
    }
    HttpHeaders headers = request.headers();
    if (headers.size() > MAX_HEADERS) {
      return problem(431, "A request may have " + MAX_HEADERS + " header fields at most.");
    }
    int hosts = headers.getAll(HttpHeaderNames.HOST).size();
    boolean old = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
    if (hosts > 1 || (hosts == 0 && !old) || !request.uri().startsWith("/")) {
      return problem(400, "A request needs one Host and a path that begins with '/'.");
    }
    Refusal refusal =
        gate.check(
            headers.get(HttpHeaderNames.HOST),
            isProxied(headers),
            headers.get(HttpHeaderNames.ORIGIN));
    return refusal == null ? null : Response.problem(refusal);
  }

  /// A refusal of a request that breaks a rule.
  static Response problem(int status, String detail) {
    return Response.problem(status, new Refusal(ErrorCode.INVALID, detail));
  }

  private static Response malformed(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException e -> problem(414, "The address is too long.");
      case TooLongHttpHeaderException e -> problem(431, "The header fields are too long.");
      case TooLongHttpContentException e ->
          Response.problem(new Refusal(ErrorCode.TOO_LARGE, "The body is too large."));
      default -> problem(400, "This is no HTTP request.");
    };
  }

  private static boolean isProxied(HttpHeaders headers) {
    for (String name : headers.names()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.startsWith(FORWARDED_PREFIX) || PROXY_HEADERS.contains(lower)) {
        return true;
      }
    }
    return false;
  }
}
