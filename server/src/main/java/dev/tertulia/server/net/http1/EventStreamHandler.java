package dev.tertulia.server.net.http1;

import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.ChannelTransport;
import dev.tertulia.server.net.loop.LingeringClose;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.protocol.EventOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/// A stream of Server-Sent Events: the only handler of its channel after the head of the response.
/// It writes the output of its [Connection], and reads nothing but the end.
///
/// The client sends nothing, so its sign of life is that it accepts output: after silence it is
/// sent a comment. A stream that is closed by the server gets an event `close` with the code and
/// reason that the close frame of a WebSocket would have, unless the output so far ends within an
/// event. Such an event is completed first if the reason matters to the client.
public final class EventStreamHandler extends ChannelTransport {
  private static final byte[] COMMENT = ":\n".getBytes(StandardCharsets.US_ASCII);

  /// How long `EventSource` waits after a stream was lost, in milliseconds, at least; at most twice
  /// as long. Each stream is told, because a wait of an earlier one would stay in force.
  private static final int RETRY_MILLIS = 2_000;

  private final EventOutput output;

  private boolean closed;

  /// @param quota the count to which it belongs until its channel closes
  /// @param output makes events of what the session writes
  public EventStreamHandler(NettyLoop loop, Admission.AddressQuota quota, EventOutput output) {
    super(loop, quota, "a stream");
    this.output = output;
  }

  /// Tells the client how long to wait if the stream is lost. Before anything else is written.
  public void tellRetry() {
    int millis = RETRY_MILLIS + ThreadLocalRandom.current().nextInt(RETRY_MILLIS);
    byte[] line = "retry: %s\n\n".formatted(millis).getBytes(StandardCharsets.US_ASCII);
    ctx().write(Unpooled.wrappedBuffer(line));
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    output.end();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (ctx().channel().isWritable()) {
      connection().heard(false);
      connection().writable();
    }
  }

  @Override
  public void write(ByteBuf frames) {
    output.pass(frames, part -> ctx().write(part, ctx().channel().unsafe().voidPromise()));
  }

  @Override
  public int missingBytes() {
    return output.missingBytes();
  }

  /// Sends a comment, which is not an event. It is not sent within an event: then output is
  /// waiting, and it shows whether the client accepts it.
  @Override
  public void ping() {
    if (output.isAtBoundary()) {
      ctx()
          .write(Unpooled.wrappedBuffer(COMMENT))
          .addListener(taken -> {
            if (taken.isSuccess()) {
              connection().heard(false);
            }
          });
    }
  }

  /// Nothing is read in any case.
  @Override
  public void pauseReading() {}

  @Override
  public void resumeReading() {}

  @Override
  public void close(CloseReason reason) {
    if (closed) {
      return;
    }
    closed = true;
    ByteBuf last =
        output.isAtBoundary() ? Unpooled.wrappedBuffer(goodbye(reason)) : Unpooled.EMPTY_BUFFER;
    ctx()
        .writeAndFlush(last)
        .addListener(
            (ChannelFutureListener)
                sent -> LingeringClose.shutdownOutput((DuplexChannel) ctx().channel()));
    LingeringClose.closeInTheEnd(ctx().channel());
  }

  /// A client that is to wait is told so by `retry` too, which `EventSource` obeys by itself.
  private static byte[] goodbye(CloseReason reason) {
    OptionalLong wait = reason.waitMillis();
    return "%sevent: close\ndata: {\"code\":%s,\"reason\":%s}\n\n"
        .formatted(
            wait.isPresent() ? "retry: %s\n".formatted(wait.getAsLong()) : "",
            reason.code(),
            JsonText.string(reason.text()))
        .getBytes(StandardCharsets.UTF_8);
  }
}
