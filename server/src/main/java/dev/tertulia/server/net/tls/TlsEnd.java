package dev.tertulia.server.net.tls;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;

/// Tells the handlers behind TLS that the peer has ended its output by a close_notify, as they are
/// told of the end of a TCP stream. One instance for all.
@Sharable
final class TlsEnd extends ChannelInboundHandlerAdapter {
  static final TlsEnd INSTANCE = new TlsEnd();

  private TlsEnd() {}

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    ctx.fireUserEventTriggered(
        event == SslCloseCompletionEvent.SUCCESS ? ChannelInputShutdownEvent.INSTANCE : event);
  }
}
