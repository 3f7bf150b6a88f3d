package dev.tertulia.server.net;

import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.DeferredTasks;
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

/// An accepted socket until its first bytes are handled among the [DeferredTasks]: then it speaks
/// HTTP. A socket that sends nothing within the handshake timeout is closed without a response,
/// because it has sent no request.
final class ChannelSetup extends ChannelInboundHandlerAdapter {
  /// The water marks of a socket, in bytes: not writable above the second, writable again below the
  /// first.
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  /// The unsent data that the kernel may hold for a socket, in bytes. Without this limit it buffers
  /// megabytes before a slow reader is noticed.
  private static final long UNSENT_BYTES = 128 * 1024;

  private final Pipelines pipelines;
  private final DeferredTasks deferredTasks;
  private final Admission.AddressQuota quota;
  private @Nullable ByteBuf first;
  private @Nullable Future<?> deadline;
  private boolean inputEnded;

  /// @param deferredTasks the chores of the loop of the socket
  ChannelSetup(Pipelines pipelines, DeferredTasks deferredTasks, Admission.AddressQuota quota) {
    this.pipelines = pipelines;
    this.deferredTasks = deferredTasks;
    this.quota = quota;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.channel().config().setOption(ChannelOption.TCP_NODELAY, true);
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    ctx.channel().config().setWriteBufferWaterMark(WATER_MARK);
    ChannelOption<Long> unsentBound = pipelines.unsentBound();
    if (unsentBound != null) {
      ctx.channel().config().setOption(unsentBound, UNSENT_BYTES);
    }
    pipelines.admission().silent(ctx.channel());
    deadline =
        ctx.executor()
            .schedule(
                () -> {
                  ctx.close();
                },
                pipelines.handshakeTimeout().toNanos(),
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
      deferredTasks.add(() -> begin(ctx));
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
    pipelines.toHttp(ctx.channel(), quota, inputEnded);
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
