package dev.tertulia.server.net;

import dev.tertulia.server.connection.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes accepted sockets out of the kernel's backlog at once, because whoever finds that full
/// tries again a second later, and gives each to one of the loops, where it begins when the
/// [Chores] come to it. It has a thread of its own, so that accepting holds up no loop.
final class Acceptor extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(Acceptor.class);

  /// How long nothing is accepted after that has failed, as it does when there are no files left.
  private static final int PAUSE_SECONDS = 1;

  private final Loops loops;
  private final Edge edge;
  private final Admission admission;
  private final Refusals failures =
      new Refusals(
          "Cannot accept connections: the open-file limit is reached (raise it with 'ulimit -n')",
          System::nanoTime);

  Acceptor(Loops loops, Edge edge, Admission admission) {
    this.loops = loops;
    this.edge = edge;
    this.admission = admission;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) {
    Channel socket = (Channel) accepted;
    Admission.Neighbours neighbours = admission.enter(socket);
    if (neighbours == null) {
      socket.unsafe().closeForcibly();
      return;
    }
    socket.closeFuture().addListener(neighbours);
    try {
      NettyLoop loop = loops.next();
      socket.pipeline().addLast(new Arrival(edge, loop.chores(), neighbours));
      loop.execute(() -> loop.chores().add(() -> loop.register(socket)));
    } catch (Throwable failure) {
      // No loop knows it, so that nobody else would close it.
      socket.unsafe().closeForcibly();
      neighbours.operationComplete(socket.newSucceededFuture());
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
