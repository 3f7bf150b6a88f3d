package dev.tertulia.server.net;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;

/// Keeps Netty's decoders from reading a socket of which the input has ended: they do so when half
/// a request has come while reading rests, and epoll no longer knows such a socket, and fails. The
/// first in the pipeline of a connection that speaks HTTP; one for all.
@Sharable
final class ReadUntilEnd extends ChannelOutboundHandlerAdapter {
  static final ReadUntilEnd INSTANCE = new ReadUntilEnd();

  private ReadUntilEnd() {}

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!((DuplexChannel) ctx.channel()).isInputShutdown()) {
      ctx.read();
    }
  }
}
