package dev.tertulia.server.net.loop;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.LocalCounter;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Loop;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// The event loops of a server, one per core, and the one that accepts for all of them.
public final class Loops implements AutoCloseable {
  private final IoTransport ioTransport;
  private final EventLoopGroup group;
  private final EventLoopGroup acceptorGroup;
  private final List<NettyLoop> loops = new ArrayList<>();
  private final List<LocalCounter> rested = new ArrayList<>();
  private final EngineGuard guard;
  private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  private volatile boolean open = true;
  private final AtomicInteger turn = new AtomicInteger();

  /// Starts the loops. Each has a thread that `guard` watches until [#close].
  ///
  /// @param count at most [Fanout#MAX_LOOPS]
  public Loops(IoTransport ioTransport, int count, EngineGuard guard) {
    this.ioTransport = ioTransport;
    this.guard = guard;
    List<PacedIoHandler> handlers = new ArrayList<>();
    IoHandlerFactory inner = ioTransport.handlers();
    group =
        new MultiThreadIoEventLoopGroup(
            Math.min(count, Fanout.MAX_LOOPS),
            new WatchedThreads("loop"),
            loop -> {
              PacedIoHandler handler = handler(inner, loop);
              handlers.add(handler);
              return handler;
            });
    acceptorGroup =
        new MultiThreadIoEventLoopGroup(
            1, new WatchedThreads("acceptor"), loop -> handler(inner, loop));
    for (EventExecutor executor : group) {
      PacedIoHandler io =
          handlers.stream().filter(handler -> handler.isOf(executor)).findAny().orElseThrow();
      loops.add(new NettyLoop(loops.size(), (SingleThreadEventLoop) executor, io::restNext, guard));
      rested.add(io.rested());
    }
  }

  /// Adds what is measured of the loops.
  public void addTo(Meters meters) {
    int index = 0;
    for (EventExecutor executor : group) {
      LoopMeters.add(
          meters, String.valueOf(index), (SingleThreadEventLoop) executor, rested.get(index));
      index++;
    }
    LoopMeters.add(
        meters,
        "acceptor",
        (SingleThreadEventLoop) acceptorGroup.next(),
        LocalCounter.ofNoMeters());
    LoopMeters.addMemory(meters);
  }

  private PacedIoHandler handler(IoHandlerFactory inner, ThreadAwareExecutor loop) {
    return new PacedIoHandler(inner.newHandler(loop), loop, ioTransport.submitsWhenPolled(), guard);
  }

  /// Creates watched threads. A loop that has never run is started only to be ended, and may end.
  private final class WatchedThreads extends DefaultThreadFactory {
    WatchedThreads(String name) {
      super(name);
    }

    @Override
    protected Thread newThread(Runnable loop, String name) {
      Thread thread = super.newThread(loop, name);
      thread.setUncaughtExceptionHandler(guard);
      if (open) {
        threads.add(guard.watch(thread));
      }
      return thread;
    }
  }

  /// All loops, in order of index.
  public List<Loop> all() {
    return List.copyOf(loops);
  }

  public EngineGuard guard() {
    return guard;
  }

  public IoTransport transport() {
    return ioTransport;
  }

  /// The executors to watch: each loop and the acceptor, by name.
  public Map<String, Executor> turning() {
    Map<String, Executor> all = new LinkedHashMap<>();
    all.put("acceptor", acceptorGroup.next());
    loops.forEach(loop -> all.put("event loop " + loop.index(), loop));
    return all;
  }

  /// The group of the accepting thread.
  public EventLoopGroup acceptorGroup() {
    return acceptorGroup;
  }

  /// The loop that gets the next socket.
  public NettyLoop next() {
    return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
  }

  /// The loop of a channel.
  public NettyLoop of(Channel channel) {
    for (NettyLoop loop : loops) {
      if (loop.owns(channel)) {
        return loop;
      }
    }
    throw new IllegalArgumentException("not a channel of these event loops");
  }

  /// Ends the loops, and closes all sockets that are still open. Blocks until that is done, for at
  /// most three times `patience`, even if a loop has died.
  public void close(Duration patience) {
    open = false;
    threads.forEach(guard::release);
    acceptorGroup
        .shutdownGracefully(0, patience.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(patience.toMillis());
    // A socket that is not registered with a loop yet would not end with the loops.
    for (NettyLoop loop : loops) {
      try {
        loop.execute(loop.chores()::finish);
      } catch (RejectedExecutionException loopHasEnded) {
        // The loop has ended, and its sockets with it.
      }
    }
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
