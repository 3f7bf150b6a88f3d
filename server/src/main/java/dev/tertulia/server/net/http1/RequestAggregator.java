package dev.tertulia.server.net.http1;

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

/// Aggregates the parts of requests. A request whose body is too large is passed on without it, as
/// malformed, so that it is answered in the same place as all others.
///
/// The memory of a body is counted by a [RequestMeter].
public final class RequestAggregator extends HttpObjectAggregator {
  private int begun;

  /// @param maxBodyBytes the maximum size of a body
  public RequestAggregator(int maxBodyBytes) {
    super(maxBodyBytes);
  }

  /// The number of bytes of an incomplete body.
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

  /// Does not add a length to the header fields, which stay as the client sent them.
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

  /// Answers `Expect: 100-continue`, unless the announced body is too large. Other expectations are
  /// ignored.
  @Override
  protected @Nullable Object newContinueResponse(
      HttpMessage start, int maxBodyBytes, ChannelPipeline pipeline) {
    return HttpUtil.is100ContinueExpected(start) && !isContentLengthInvalid(start, maxBodyBytes)
        ? super.newContinueResponse(start, maxBodyBytes, pipeline)
        : null;
  }
}
