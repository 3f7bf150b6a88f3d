package dev.tertulia.server.net.http1;

import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.http.CrossOrigin;
import dev.tertulia.server.http.Request;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.LingeringClose;
import dev.tertulia.server.net.websocket.Handshake;
import dev.tertulia.server.net.websocket.PerMessageDeflate;
import dev.tertulia.server.protocol.Frames;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.Protocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Turns an HTTP connection into a WebSocket or a stream, as a [Protocol] decides, or returns the
/// response with which this is refused. Owned by the loop of the connection.
final class Upgrader {
  /// The minimum of `Retry-After` for a peer that is not admitted, in seconds; the maximum is twice
  /// that.
  private static final int RETRY_AFTER_SECONDS = 10;

  private final Endpoint endpoint;
  private final Channel channel;
  private Admission.AddressQuota quota;

  /// The client for which a trusted proxy opens a connection; `null` for none.
  private @Nullable InetAddress client;

  /// @param quota the count to which the connection belongs
  Upgrader(Endpoint endpoint, Channel channel, Admission.AddressQuota quota) {
    this.endpoint = endpoint;
    this.channel = channel;
    this.quota = quota;
  }

  /// What the connection becomes is one of `client`, for which a trusted proxy acts; `null` for
  /// none.
  void actFor(@Nullable InetAddress client) {
    this.client = client;
  }

  /// Has `protocol` open a connection; never throws.
  Opening open(Protocol protocol, OpeningRequest request) {
    try {
      return protocol.open(request);
    } catch (Throwable failure) {
      endpoint.guard().caught("the opening of a connection", failure);
      return Opening.Refused.of(failed());
    }
  }

  /// Answers a handshake and turns the connection into a WebSocket.
  ///
  /// @param dataFollows whether more was received before the handshake was answered
  /// @return the refusal; `null` if the connection is a WebSocket now
  @Nullable Response toWebSocket(
      ChannelHandlerContext ctx,
      FullHttpRequest request,
      Opening.WebSocket socket,
      boolean dataFollows) {
    Response refusal = check(request, dataFollows);
    if (refusal != null) {
      return refusal;
    }
    PerMessageDeflate agreed =
        socket.sessions().compressed() == null ? null : Handshake.compression(request);
    SessionFactory sessions = socket.sessions().of(agreed != null && agreed.compressesForClient());
    // The answer is sent when the connection is set up, so that a client that has it misses nothing
    // sent afterwards.
    ctx.write(Handshake.accept(request, socket.subprotocol(), agreed));
    endpoint.handshakes().webSocket();
    endpoint.toWebSocket(channel, socket.principal(), sessions, agreed != null, quota);
    return null;
  }

  /// Answers a handshake and turns the connection into a WebSocket that waits until its client says
  /// who it is.
  ///
  /// @param dataFollows whether more was received before the handshake was answered
  /// @return the refusal; `null` if the connection is a WebSocket now
  @Nullable Response toUnidentified(
      ChannelHandlerContext ctx,
      FullHttpRequest request,
      Opening.UnidentifiedSocket socket,
      boolean dataFollows) {
    Response refusal = check(request, dataFollows);
    if (refusal == null) {
      PerMessageDeflate agreed =
          socket.greeting().mayCompress() ? Handshake.compression(request) : null;
      ctx.write(Handshake.accept(request, socket.subprotocol(), agreed));
      endpoint.toUnidentified(channel, socket, agreed, quota);
      endpoint.handshakes().unidentified();
      channel.flush();
    }
    return refusal;
  }

  /// Answers a handshake and closes the WebSocket.
  ///
  /// @param dataFollows whether more was received before the handshake was answered
  /// @return the refusal of the handshake; `null` if the connection is closing now
  @Nullable Response toRefused(
      ChannelHandlerContext ctx,
      FullHttpRequest request,
      Opening.RefusedSocket socket,
      boolean dataFollows) {
    Response refusal = check(request, dataFollows);
    if (refusal == null) {
      endpoint.handshakes().closed(socket.reason());
      ctx.channel().closeFuture().addListener(closed -> quota.webSocketClosed());
      ctx.write(Handshake.accept(request, socket.subprotocol(), null));
      ctx.pipeline().get(HttpServerCodec.class).removeOutboundHandler();
      LingeringClose.say(ctx, Frames.close(ctx.alloc(), socket.reason()));
      HttpHandler.forgetRequests(ctx.pipeline());
    }
    return refusal;
  }

  /// Checks whether a WebSocket can be opened, and counts it as opened if so.
  private @Nullable Response check(FullHttpRequest request, boolean dataFollows) {
    Response refusal = Handshake.check(request);
    if (refusal == null && !endpoint.isAccepting()) {
      refusal = stopping();
    }
    if (refusal == null && dataFollows) {
      refusal = RequestCheck.problem(400, "No data may follow a handshake before it is answered.");
    }
    return refusal == null ? noRoom() : refusal;
  }

  /// Turns the connection into a stream. Input after the request is dropped.
  ///
  /// @return the refusal; `null` if the connection is a stream now
  @Nullable Response toStream(
      ChannelHandlerContext ctx, Request request, Opening.EventStream stream) {
    Response refusal = endpoint.isAccepting() ? noRoom() : stopping();
    if (refusal != null) {
      return refusal;
    }
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    Router.commonHeaders().forEach(head.headers()::set);
    CrossOrigin.streamHeaders(request).forEach(head.headers()::set);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store, no-transform")
        .set("X-Accel-Buffering", "no") // nginx would keep events back.
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    ctx.write(head);
    endpoint.toStream(channel, stream, quota);
    endpoint.handshakes().stream();
    channel.flush();
    return null;
  }

  private static Response stopping() {
    return Response.problem(new Refusal(ErrorCode.UNAVAILABLE, "The server is stopping."));
  }

  /// Counts the connection as opened.
  ///
  /// @return the refusal if there are too many; `null` if it was counted
  private @Nullable Response noRoom() {
    if (client != null) {
      Admission.AddressQuota own = endpoint.admission().enterFor(channel, client);
      if (own == null) {
        return full();
      }
      quota = own;
      Admission.relay(channel, client);
    }
    RefusalLog full = quota.openWebSocket();
    if (full == null) {
      return null;
    }
    full.add();
    return full();
  }

  private static Response full() {
    // Spreads the retries over time.
    int seconds = RETRY_AFTER_SECONDS + ThreadLocalRandom.current().nextInt(RETRY_AFTER_SECONDS);
    return Response.problem(
            new Refusal(ErrorCode.UNAVAILABLE, "The server has reached its connection limit."))
        .with("Retry-After", String.valueOf(seconds));
  }

  /// The response to a request that a protocol refuses.
  static Response response(Opening.Refused refused) {
    Refusal refusal = refused.refusal();
    Response response =
        refused.status() == refusal.code().httpStatus()
            ? Response.problem(refusal)
            : Response.problem(refused.status(), refusal);
    for (Map.Entry<String, String> header : refused.headers().entrySet()) {
      response = response.with(header.getKey(), header.getValue());
    }
    return response;
  }

  /// Tells a client that the server failed.
  static Refusal failed() {
    return new Refusal(ErrorCode.INTERNAL, "Internal server error. The server log has the cause.");
  }
}
