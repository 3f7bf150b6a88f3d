package dev.tertulia.server.net.http1;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.net.loop.Admission;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/// Answers the first request of a socket, and closes it: while a server starts, nothing more is
/// known about requests than their paths. Owned by the event loop of its channel.
public final class StartingHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  /// The maximum size of a body, which nobody reads.
  private static final int MAX_BODY_BYTES = 512 * 1024;

  private final Answers answers;

  /// Makes the answers.
  @FunctionalInterface
  public interface Answers {
    /// The answer to a request.
    ///
    /// @param path the path of the request, as it was sent
    /// @param local whether it comes from this machine, as far as the network shows it
    Response to(String path, boolean local);
  }

  private StartingHandler(Answers answers) {
    this.answers = answers;
  }

  /// Has `pipeline` answer a request.
  public static void addTo(ChannelPipeline pipeline, Answers answers) {
    pipeline.addLast(
        new HttpServerCodec(),
        new HttpObjectAggregator(MAX_BODY_BYTES, /* closeOnExpectationFailed= */ true),
        new StartingHandler(answers));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      ctx.close();
      return;
    }
    String host = RequestCheck.header(request.headers(), "Host");
    boolean local =
        Admission.peerOf(ctx.channel(), ProxySigns.areIn(request)).isLocal()
            && host != null
            && NetworkGate.isLoopback(host);
    Response response = answers.to(RequestCheck.receivedPath(request), local);
    FullHttpResponse out =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            request.method().equals(HttpMethod.HEAD)
                ? Unpooled.EMPTY_BUFFER
                : Unpooled.wrappedBuffer(response.body()));
    Router.commonHeaders().forEach(out.headers()::set);
    response.headers().forEach(out.headers()::set);
    out.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    HttpUtil.setKeepAlive(out, false);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
