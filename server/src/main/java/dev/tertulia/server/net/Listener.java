package dev.tertulia.server.net;

import dev.tertulia.server.net.loop.Loops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetSocketAddress;

/// The listening socket of the server.
public final class Listener implements AutoCloseable {
  private static final int BACKLOG = 4096;

  /// The maximum time to wait for the close, which would never complete if the thread had died.
  private static final long PATIENCE_MILLIS = 2000;

  private final Channel channel;

  private Listener(Channel channel) {
    this.channel = channel;
  }

  /// Listens on `host` and `port` for plain HTTP.
  ///
  /// @see #bind(Loops, String, int, Pipelines, Entrance)
  public static Listener bind(Loops loops, String host, int port, Pipelines pipelines)
      throws IOException {
    return bind(loops, host, port, pipelines, Entrance.PLAIN);
  }

  /// Listens on `host` and `port`, and passes accepted sockets to `pipelines`.
  ///
  /// @param port 0 for any free port
  /// @throws IOException if the address is in use or not available
  public static Listener bind(
      Loops loops, String host, int port, Pipelines pipelines, Entrance entrance)
      throws IOException {
    ServerChannel channel = loops.transport().newServerChannel();
    channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
    channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
    channel.pipeline().addLast(new AcceptBatcher(loops, pipelines, entrance));
    loops.acceptorGroup().register(channel).syncUninterruptibly();
    ChannelFuture bound = channel.bind(new InetSocketAddress(host, port)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      channel.close().awaitUninterruptibly();
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    return new Listener(channel);
  }

  /// The port it listens on.
  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /// Stops accepting; accepted sockets stay open. Blocks until that is done.
  @Override
  public void close() {
    channel.close().awaitUninterruptibly(PATIENCE_MILLIS);
  }
}
