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
  private final AcceptBatcher batcher;

  private Listener(Channel channel, AcceptBatcher batcher) {
    this.channel = channel;
    this.batcher = batcher;
  }

  /// Listens on `host` and `port`, and passes accepted sockets to `starting` until [#serve].
  ///
  /// @param port 0 for any free port
  /// @throws IOException if the address is in use or not available
  public static Listener bind(
      Loops loops, String host, int port, StartingAnswers starting, Entrance entrance)
      throws IOException {
    AcceptBatcher batcher = new AcceptBatcher(loops, starting, entrance);
    ServerChannel channel = loops.transport().newServerChannel();
    channel.config().setOption(ChannelOption.SO_BACKLOG, BACKLOG);
    channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
    channel.pipeline().addLast(batcher);
    loops.acceptorGroup().register(channel).syncUninterruptibly();
    ChannelFuture bound = channel.bind(new InetSocketAddress(host, port)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      channel.close().awaitUninterruptibly();
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    return new Listener(channel, batcher);
  }

  /// Passes the sockets that are accepted from now on to `pipelines`. Any thread.
  public void serve(Pipelines pipelines) {
    batcher.serve(pipelines);
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
