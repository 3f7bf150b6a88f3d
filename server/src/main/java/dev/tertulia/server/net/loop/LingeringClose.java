package dev.tertulia.server.net.loop;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Closes a socket after its last answer.
///
/// Further input is read and dropped until the peer closes, because closing a socket with unread
/// input resets it, and a reset can destroy the answer in transit. A peer that does not close
/// within [#TIMEOUT_SECONDS], or does not even read the answer, is cut off.
public final class LingeringClose extends ChannelInboundHandlerAdapter {
  /// The time for a peer to close, in seconds.
  static final int TIMEOUT_SECONDS = 5;

  private LingeringClose() {}

  /// Writes `last` and closes the channel of `ctx`, whose handler is the last in its pipeline and
  /// is removed.
  public static void say(ChannelHandlerContext ctx, Object last) {
    DuplexChannel channel = (DuplexChannel) ctx.channel();
    ctx.writeAndFlush(last).addListener(sent -> endOutput(channel));
    closeInTheEnd(channel);
    ctx.pipeline().replace(ctx.handler(), "farewell", new LingeringClose());
    if (!channel.isInputShutdown()) {
      channel.config().setAutoRead(true);
    }
  }

  /// Closes `channel` after the timeout.
  public static void closeInTheEnd(Channel channel) {
    Future<?> deadline =
        channel.eventLoop().schedule(() -> channel.close(), TIMEOUT_SECONDS, TimeUnit.SECONDS);
    channel.closeFuture().addListener(closed -> deadline.cancel(false));
  }

  private static void endOutput(DuplexChannel channel) {
    if (channel.isInputShutdown()) {
      channel.close();
    } else {
      shutdownOutput(channel);
    }
  }

  /// Ends the output of `channel`, under TLS by a close_notify first, without which the peer would
  /// take the end for an attack. Input is still read. On the loop of the channel.
  public static void shutdownOutput(DuplexChannel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      channel.shutdownOutput();
    } else {
      tls.closeOutbound().addListener(sent -> channel.shutdownOutput());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE
        && ((DuplexChannel) ctx.channel()).isOutputShutdown()) {
      ctx.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
