package dev.tertulia.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A socket that was accepted, until its first bytes have had their turn among the [Chores]: then
/// it speaks HTTP. One that says nothing within the time for handshakes is closed without a word:
/// it has asked for nothing.
final class Arrival extends ChannelInboundHandlerAdapter {
  /// Past the second figure, in bytes, a socket takes no more until it is below the first.
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  /// What the kernel holds for a socket that the peer has no room for yet, in bytes. Without it the
  /// kernel takes megabytes before it is noticed that nobody reads.
  private static final long UNSENT_BYTES = 128 * 1024;

  private final Edge edge;
  private final Chores chores;
  private final Admission.Neighbours neighbours;
  private @Nullable ByteBuf first;
  private @Nullable Future<?> deadline;
  private boolean inputEnded;

  /// @param chores of the loop that the socket will belong to
  Arrival(Edge edge, Chores chores, Admission.Neighbours neighbours) {
    this.edge = edge;
    this.chores = chores;
    this.neighbours = neighbours;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel().config().setOption(ChannelOption.TCP_NODELAY, true);
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    ctx.channel().config().setWriteBufferWaterMark(WATER_MARK);
    ChannelOption<Long> unsentBound = edge.unsentBound();
    if (unsentBound != null) {
      ctx.channel().config().setOption(unsentBound, UNSENT_BYTES);
    }
    edge.admission().silent(ctx.channel());
    deadline =
        ctx.executor()
            .schedule(
                () -> {
                  ctx.close();
                },
                edge.handshakeTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    inTime();
    if (first != null) {
      first.release();
      first = null;
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (first == null) {
      inTime();
      first = bytes;
      ctx.channel().config().setAutoRead(false);
      chores.add(() -> begin(ctx));
    } else {
      first = Unpooled.wrappedBuffer(first, bytes);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
      if (first == null) {
        ctx.close();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private void begin(ChannelHandlerContext ctx) {
    ByteBuf bytes = first;
    if (bytes == null || !ctx.channel().isActive()) {
      return;
    }
    first = null;
    edge.toHttp(ctx.channel(), neighbours, inputEnded);
    ctx.fireChannelRead(bytes);
    ctx.fireChannelReadComplete();
    if (inputEnded) {
      ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    ctx.pipeline().remove(this);
  }

  private void inTime() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
