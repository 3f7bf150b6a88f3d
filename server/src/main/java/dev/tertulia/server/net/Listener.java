package dev.tertulia.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;

/// The port that the server listens on.
public final class Listener implements AutoCloseable {
  private static final int BACKLOG = 4096;

  /// Past the second figure, in bytes, a socket takes no more until it is below the first.
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  /// What the kernel holds for a socket that the peer has no room for yet, in bytes. Without it the
  /// kernel takes megabytes before it is noticed that nobody reads.
  private static final long UNSENT_BYTES = 128 * 1024;

  private final Channel channel;

  private Listener(Channel channel) {
    this.channel = channel;
  }

  /// Listens at `host` and `port`, and gives what it accepts to `edge`.
  ///
  /// @param port 0 for any that is free
  /// @throws IOException if the address is taken or can't be had
  public static Listener bind(Loops loops, String host, int port, Edge edge) throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.transport().serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(edge);
    ChannelOption<Long> unsentBound = loops.transport().unsentBound();
    if (unsentBound != null) {
      bootstrap.childOption(unsentBound, UNSENT_BYTES);
    }
    ChannelFuture bound = bootstrap.bind(new InetSocketAddress(host, port)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    return new Listener(bound.channel());
  }

  /// The port it listens on.
  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /// Accepts no more; what was accepted stays. Waits for that.
  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
  }
}
