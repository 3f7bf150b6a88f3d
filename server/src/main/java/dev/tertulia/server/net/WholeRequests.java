package dev.tertulia.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TooLongHttpContentException;
import org.jspecify.annotations.Nullable;

/// Makes whole requests of their parts. One whose body is too large is passed on without it, as one
/// that could not be read, so that it is answered in the one place where all are.
///
/// What it holds of a body is counted by a [RequestMeter].
final class WholeRequests extends HttpObjectAggregator {
  private int begun;

  /// @param maxBodyBytes the longest body
  WholeRequests(int maxBodyBytes) {
    super(maxBodyBytes);
  }

  /// How many bytes it holds of a body whose end has not arrived.
  int begun() {
    return begun;
  }

  @Override
  protected FullHttpMessage beginAggregation(HttpMessage start, ByteBuf content) throws Exception {
    begun = 0;
    return super.beginAggregation(start, content);
  }

  @Override
  protected void aggregate(FullHttpMessage whole, HttpContent part) throws Exception {
    super.aggregate(whole, part);
    begun = whole.content().readableBytes();
  }

  /// Adds no length to the header fields: they are as the client sent them.
  @Override
  protected void finishAggregation(FullHttpMessage whole) {
    begun = 0;
  }

  @Override
  protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
    HttpRequest request = (HttpRequest) oversized;
    FullHttpRequest unread =
        new DefaultFullHttpRequest(
            request.protocolVersion(),
            request.method(),
            request.uri(),
            Unpooled.EMPTY_BUFFER,
            request.headers(),
            request.headers());
    unread.setDecoderResult(
        DecoderResult.failure(new TooLongHttpContentException("the body is too large")));
    ctx.fireChannelRead(unread);
  }

  /// Goes on with whoever asks, unless the body is announced as too large. Other expectations are
  /// not met, and not minded.
  @Override
  protected @Nullable Object newContinueResponse(
      HttpMessage start, int maxBodyBytes, ChannelPipeline pipeline) {
    return HttpUtil.is100ContinueExpected(start) && !isContentLengthInvalid(start, maxBodyBytes)
        ? super.newContinueResponse(start, maxBodyBytes, pipeline)
        : null;
  }
}
