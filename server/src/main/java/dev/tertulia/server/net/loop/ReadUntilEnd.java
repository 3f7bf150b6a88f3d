package dev.tertulia.server.net.loop;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;

/// Keeps Netty's decoders from reading a socket whose input has ended: they do so when half a
/// request or half a TLS record has arrived while reading is paused, but epoll has already removed
/// such a socket, so the read would fail. Stands before the decoders of HTTP and before TLS; one
/// instance of each for all.
@Sharable
public final class ReadUntilEnd extends ChannelOutboundHandlerAdapter {
  /// Before the decoder of HTTP.
  public static final ReadUntilEnd INSTANCE = new ReadUntilEnd();

  /// Before TLS, for the life of the connection.
  public static final ReadUntilEnd OF_TLS = new ReadUntilEnd();

  private ReadUntilEnd() {}

  @Override
  public void read(ChannelHandlerContext ctx) {
    if (!((DuplexChannel) ctx.channel()).isInputShutdown()) {
      ctx.read();
    }
  }
}
