package dev.tertulia.server.net.http1;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;

/// Keeps Netty's decoders from reading a socket whose input has ended: they do so when half a
/// request has arrived while reading is paused, but epoll has already removed such a socket, so the
/// read would fail. The first handler of the pipeline of an HTTP connection; one instance for all.
@Sharable
public final class ReadUntilEnd extends ChannelOutboundHandlerAdapter {
  public static final ReadUntilEnd INSTANCE = new ReadUntilEnd();

  private ReadUntilEnd() {}

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!((DuplexChannel) ctx.channel()).isInputShutdown()) {
      ctx.read();
    }
  }
}
