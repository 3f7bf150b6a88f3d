package dev.tertulia.server.net.websocket;

import dev.tertulia.server.http.Response;
import dev.tertulia.server.model.Digests;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The opening handshake of WebSocket (RFC 6455, section 4.2), server side.
public final class Handshake {
  private static final String VERSION = "13";
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;
  private static final int KEY_LENGTH = 24;

  private Handshake() {}

  /// Whether `request` asks for a WebSocket, valid or not.
  public static boolean isUpgrade(FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    return headers.containsValue(
            HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, /* ignoreCase= */ true)
        && headers.containsValue(
            HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, /* ignoreCase= */ true);
  }

  /// Checks whether `request` is a valid handshake.
  ///
  /// @return the refusal; `null` if it is valid
  public static @Nullable Response check(FullHttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!request.method().equals(HttpMethod.GET)) {
      return Response.problem(
              405, new Refusal(ErrorCode.INVALID, "Method not allowed: this address accepts GET."))
          .with("Allow", "GET");
    }
    if (request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0 || !isUpgrade(request)) {
      return upgradeRequired(
          "This address requires a WebSocket handshake: send Connection: Upgrade and Upgrade:"
              + " websocket over HTTP/1.1.");
    }
    if (!List.of(VERSION).equals(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return upgradeRequired("Unsupported WebSocket version: send Sec-WebSocket-Version: 13.");
    }
    List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    if (keys.size() != 1 || !isKey(keys.getFirst())) {
      return Response.problem(
          new Refusal(
              ErrorCode.INVALID,
              "The handshake must have exactly one Sec-WebSocket-Key, of 16 bytes in base64."));
    }
    if (ExtensionOffer.parse(extensions(request)) == null) {
      return Response.problem(
          new Refusal(
              ErrorCode.INVALID,
              "Sec-WebSocket-Extensions is malformed: it must be a list of extensions."));
    }
    if (!hasSoundSubprotocols(headers)) {
      return Response.problem(
          new Refusal(
              ErrorCode.INVALID,
              "Sec-WebSocket-Protocol is malformed: it must be a list of distinct subprotocols."));
    }
    return null;
  }

  /// The compression that a valid handshake offers in an acceptable form.
  public static @Nullable PerMessageDeflate compression(FullHttpRequest request) {
    List<ExtensionOffer> offers = ExtensionOffer.parse(extensions(request));
    return offers == null ? null : PerMessageDeflate.choose(offers);
  }

  /// The answer to a valid handshake.
  ///
  /// @param subprotocol the selected one; `null` for none
  /// @param agreed the negotiated compression; `null` for none
  public static FullHttpResponse accept(
      FullHttpRequest request, @Nullable String subprotocol, @Nullable PerMessageDeflate agreed) {
    String key = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    byte[] proof = Digests.sha1((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    response
        .headers()
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, Base64.getEncoder().encodeToString(proof));
    if (subprotocol != null) {
      response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, subprotocol);
    }
    if (agreed != null) {
      response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, agreed.answer());
    }
    return response;
  }

  /// Whether the offered subprotocols are absent, or a list of distinct tokens (RFC 6455, section
  /// 4.1). A list may have empty elements, but must have others too.
  private static boolean hasSoundSubprotocols(HttpHeaders headers) {
    boolean offered = headers.contains(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    Set<String> names = new HashSet<>();
    for (String field : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
      for (String name : field.split(",", -1)) {
        if (!name.isBlank() && !(ExtensionOffer.isToken(name.strip()) && names.add(name.strip()))) {
          return false;
        }
      }
    }
    return offered != names.isEmpty();
  }

  private static List<String> extensions(FullHttpRequest request) {
    return request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS);
  }

  private static Response upgradeRequired(String why) {
    return Response.problem(426, new Refusal(ErrorCode.INVALID, why))
        .with("Upgrade", "websocket")
        .with("Sec-WebSocket-Version", VERSION);
  }

  private static boolean isKey(String key) {
    try {
      return key.length() == KEY_LENGTH && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }
}
