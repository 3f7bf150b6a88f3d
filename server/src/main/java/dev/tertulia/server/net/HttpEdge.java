package dev.tertulia.server.net;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.http.Request;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Identifier;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Refusal;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection for as long as it speaks HTTP: lets requests in or not, has them answered one
/// after the other on virtual threads, and gives the connection over to WebSocket when that is
/// asked for.
///
/// A request must be whole within the time for handshakes, counted from the moment in which it
/// could begin.
final class HttpEdge extends SimpleChannelInboundHandler<FullHttpRequest> {
  /// The most header fields that a request may have.
  static final int MAX_HEADERS = 100;

  private static final Logger log = LoggerFactory.getLogger(HttpEdge.class);
  private static final String SOCKET_PATH = "/ws/";
  private static final List<String> PROXY_HEADERS =
      List.of(
          "Forwarded",
          "Via",
          "X-Forwarded-For",
          "X-Forwarded-Host",
          "X-Forwarded-Proto",
          "X-Forwarded-Port",
          "X-Forwarded-Server",
          "X-Real-IP");

  private final Edge edge;
  private @Nullable Future<?> deadline;

  HttpEdge(Edge edge) {
    this.edge = edge;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    awaitRequest(ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    requestArrived();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    requestArrived();
    Response refusal = check(request);
    if (refusal != null) {
      write(ctx, refusal, /* head= */ false, /* keepAlive= */ false);
      return;
    }
    String path = path(request);
    if (path.startsWith(SOCKET_PATH)) {
      upgrade(ctx, request, path.substring(SOCKET_PATH.length()));
      return;
    }
    boolean head = request.method().equals(HttpMethod.HEAD);
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    HttpHeaders headers = request.headers();
    Request plain = new Request(request.method().name(), path, headers::get);
    Thread.startVirtualThread(() -> {
      Response response = edge.router().answer(plain);
      ctx.executor().execute(() -> write(ctx, response, head, keepAlive));
    });
  }

  /// Reads on when what came was only a part of a request: [FlowControlHandler] forgets that a
  /// message was asked for as soon as a read has brought none.
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (deadline != null) {
      ctx.read();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("A connection is lost: {}", cause.getMessage());
    } else {
      log.error("A connection failed before it spoke WebSocket", cause);
    }
    ctx.close();
  }

  /// @return how to answer if the request may not come in
  private @Nullable Response check(FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return malformed(request.decoderResult().cause());
    }
    HttpHeaders headers = request.headers();
    if (headers.size() > MAX_HEADERS) {
      return problem(431, "A request may have " + MAX_HEADERS + " header fields at most.");
    }
    if (headers.getAll(HttpHeaderNames.HOST).size() > 1 || !request.uri().startsWith("/")) {
      return problem(400, "A request needs one Host and a path that begins with '/'.");
    }
    boolean proxied = PROXY_HEADERS.stream().anyMatch(headers::contains);
    Refusal refusal =
        edge.gate()
            .check(headers.get(HttpHeaderNames.HOST), proxied, headers.get(HttpHeaderNames.ORIGIN));
    return refusal == null ? null : Response.problem(refusal);
  }

  private static Response malformed(Throwable cause) {
    return switch (cause) {
      case TooLongHttpLineException e -> problem(414, "The address is too long.");
      case TooLongHttpHeaderException e -> problem(431, "The header fields are too long.");
      default -> problem(400, "This is no HTTP request.");
    };
  }

  private static String path(FullHttpRequest request) {
    try {
      return new QueryStringDecoder(request.uri()).path();
    } catch (IllegalArgumentException badPercentEncoding) {
      return "";
    }
  }

  private void upgrade(ChannelHandlerContext ctx, FullHttpRequest request, String client) {
    Response refusal = Handshake.check(request);
    if (refusal == null && !Identifier.isValid(client)) {
      refusal =
          problem(
              400,
              "A client id is 1 to 128 ASCII letters, digits and _-.:@=+|~, and not '.' or '..'.");
    }
    if (refusal == null && !edge.isAccepting()) {
      refusal =
          Response.problem(new Refusal(ErrorCode.UNAVAILABLE, "This server is about to stop."));
    }
    if (refusal != null) {
      write(ctx, refusal, /* head= */ false, /* keepAlive= */ false);
      return;
    }
    ctx.writeAndFlush(Handshake.accept(request));
    edge.toWebSocket(ctx.channel(), new ClientId(client));
  }

  private void write(
      ChannelHandlerContext ctx, Response response, boolean head, boolean keepAlive) {
    FullHttpResponse out =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
    Router.commonHeaders().forEach(out.headers()::set);
    response.headers().forEach(out.headers()::set);
    if (response.status() != 304) {
      out.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    }
    HttpUtil.setKeepAlive(out, keepAlive);
    var written = ctx.writeAndFlush(out);
    if (keepAlive) {
      awaitRequest(ctx);
    } else {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private void awaitRequest(ChannelHandlerContext ctx) {
    deadline =
        ctx.executor()
            .schedule(
                () -> write(ctx, problem(408, "The request took too long."), false, false),
                edge.handshakeTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    ctx.read();
  }

  private void requestArrived() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private static Response problem(int status, String detail) {
    return Response.problem(status, new Refusal(ErrorCode.INVALID, detail));
  }
}
