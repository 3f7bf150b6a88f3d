package dev.tertulia.server.net;

import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Loop;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The event loops of a server, one a core, and the one that accepts for all of them.
public final class Loops implements AutoCloseable {
  private final Transport transport;
  private final EventLoopGroup group;
  private final EventLoopGroup acceptorGroup;
  private final List<NettyLoop> loops = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  /// Starts them.
  ///
  /// @param count at most [Fanout#MAX_LOOPS]
  public Loops(Transport transport, int count) {
    this.transport = transport;
    List<RestingIoHandler> handlers = new ArrayList<>();
    IoHandlerFactory inner = transport.handlers();
    group =
        new MultiThreadIoEventLoopGroup(
            Math.min(count, Fanout.MAX_LOOPS),
            loop -> {
              RestingIoHandler handler =
                  new RestingIoHandler(inner.newHandler(loop), loop, transport.submitsWhenPolled());
              handlers.add(handler);
              return handler;
            });
    acceptorGroup = new MultiThreadIoEventLoopGroup(1, transport.handlers());
    for (EventExecutor executor : group) {
      RestingIoHandler io =
          handlers.stream().filter(handler -> handler.isOf(executor)).findAny().orElseThrow();
      loops.add(new NettyLoop(loops.size(), (SingleThreadEventLoop) executor, io::restNext));
    }
  }

  /// All of them, in order of index.
  public List<Loop> all() {
    return List.copyOf(loops);
  }

  Transport transport() {
    return transport;
  }

  /// The thread that accepts.
  EventLoopGroup acceptorGroup() {
    return acceptorGroup;
  }

  /// The loop whose turn it is to get a socket.
  NettyLoop next() {
    return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
  }

  /// The loop that a channel belongs to.
  NettyLoop of(Channel channel) {
    for (NettyLoop loop : loops) {
      if (loop.owns(channel)) {
        return loop;
      }
    }
    throw new IllegalArgumentException("not a channel of these loops");
  }

  /// Ends the loops, and with them every socket that is still open. Waits for that, at most
  /// `patience`.
  public void close(Duration patience) {
    acceptorGroup
        .shutdownGracefully(0, patience.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(patience.toMillis());
    // A socket that no loop knows yet would not end with the loops.
    loops.forEach(loop -> loop.execute(loop.chores()::finish));
    group
        .shutdownGracefully(0, patience.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(patience.toMillis() + 1000);
    if (group.isTerminated()) {
      loops.forEach(NettyLoop::release);
    }
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(2));
  }
}
