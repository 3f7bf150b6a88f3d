package dev.tertulia.server.net;

import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.net.loop.NettyLoop;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections from the kernel's backlog immediately, because a client that finds the
/// backlog full retries only after a second, and assigns each to one of the loops, which starts it
/// among its `DeferredTasks`. It has its own thread, so that accepting does not delay any loop.
final class AcceptBatcher extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(AcceptBatcher.class);

  /// The pause after a failure to accept, such as when no files are left, in seconds.
  private static final int PAUSE_SECONDS = 1;

  private final Loops loops;
  private final StartingAnswers starting;
  private final Entrance entrance;

  /// `null` while the server starts.
  private volatile @Nullable Pipelines pipelines;

  private final RefusalLog failures =
      new RefusalLog(
          "Cannot accept connections: the open-file limit is reached (raise it with 'ulimit -n')",
          System::nanoTime);

  /// @param starting answers until the server serves
  AcceptBatcher(Loops loops, StartingAnswers starting, Entrance entrance) {
    this.loops = loops;
    this.starting = starting;
    this.entrance = entrance;
  }

  /// Passes the sockets that are accepted from now on to `pipelines`. Any thread.
  void serve(Pipelines pipelines) {
    this.pipelines = pipelines;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    Channel socket = (Channel) accepted;
    Pipelines serving = pipelines;
    if (serving == null) {
      starting.accept(socket, loops.next(), entrance);
      return;
    }
    Admission admission = serving.admission();
    Admission.AddressQuota quota =
        admission.isOfProxy(socket)
                || serving.requestRates().allowsSocket(Admission.blockOf(socket))
            ? admission.enter(socket)
            : null;
    if (quota == null) {
      socket.unsafe().closeForcibly();
      return;
    }
    socket.closeFuture().addListener(quota);
    try {
      NettyLoop loop = loops.next();
      socket.pipeline().addLast(new ChannelSetup(serving, entrance, loop.chores(), quota));
      loop.execute(() -> loop.chores().add(() -> loop.register(socket)));
    } catch (RejectedExecutionException loopHasEnded) {
      // Health says so, and the process ends for it.
      socket.unsafe().closeForcibly();
      quota.operationComplete(socket.newSucceededFuture());
    } catch (Throwable failure) {
      // No loop owns it yet, so nothing else would close it.
      socket.unsafe().closeForcibly();
      quota.operationComplete(socket.newSucceededFuture());
      throw failure;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failures.add();
    log.debug("Failed to accept a connection", cause);
    ChannelConfig config = ctx.channel().config();
    if (config.isAutoRead()) {
      config.setAutoRead(false);
      ctx.executor().schedule(() -> config.setAutoRead(true), PAUSE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
