package dev.tertulia.server.net.websocket;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.logging.LogContext;
import dev.tertulia.server.logging.LogField;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.ChannelTransport;
import dev.tertulia.server.net.loop.LingeringClose;
import dev.tertulia.server.net.loop.PartialInput;
import dev.tertulia.server.net.loop.PartialInputs;
import dev.tertulia.server.protocol.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A WebSocket: the only handler of its channel after the handshake, besides those of TLS. It
/// parses frames for its [Connection] and writes its output.
///
/// It ends in one of three ways: the peer closes, and its close frame is answered; this side closes
/// or detects a violation, and waits [LingeringClose#TIMEOUT_SECONDS] seconds for the answer of the
/// peer, reading and dropping input, so that the close frame is not lost to a reset; or the socket
/// ends.
///
/// Not final, so that the endpoint with which tests check the framing can accept binary messages.
public class WebSocketHandler extends ChannelTransport implements FrameSink, PartialInput.Owner {
  private static final Logger log = LoggerFactory.getLogger(WebSocketHandler.class);

  private final FrameInput input;
  private boolean paused;
  private boolean closeSent;
  private boolean peerBrokeRules;

  /// @param quota the count to which it belongs until its channel closes
  /// @param inputs the incomplete inputs of its loop
  @SuppressWarnings("this-escape") // It is called when there is input, and not before.
  public WebSocketHandler(FrameReader reader, Admission.AddressQuota quota, PartialInputs inputs) {
    super(reader.loop(), quota, "a WebSocket");
    input = new FrameInput(reader, inputs, this);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    input.received((ByteBuf) message, this, ctx().alloc());
    input.makeRoom();
  }

  /// Reads on, after input that has already arrived.
  ///
  /// @param rest that input, with a reference; may be empty
  public void goOn(ByteBuf rest) {
    if (rest.isReadable()) {
      channelRead(ctx(), rest);
    } else {
      rest.release();
    }
    if (!paused) {
      readOn();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (ctx().channel().isWritable()) {
      connection().writable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    input.forget();
    super.channelInactive(context);
  }

  @Override
  public void text(byte[] utf8, int offset, int length) {
    connection().received(utf8, offset, length);
  }

  @Override
  public void ping(byte[] payload) {
    connection().heard(true);
    connection().reply(Frames.pong(ctx().alloc(), payload));
  }

  @Override
  public void signOfLife() {
    connection().heard(false);
  }

  @Override
  public void closed(CloseReason reason) {
    connection().ended(reason);
    if (closeSent) {
      ctx().close();
    } else {
      closeSent = true;
      goodbye(reason).addListener(ChannelFutureListener.CLOSE);
      LingeringClose.closeInTheEnd(ctx().channel());
    }
  }

  @Override
  public void violated(CloseReason reason) {
    if (log.isDebugEnabled()) {
      try (LogContext _ = connection().logContext().with(LogField.REASON, reason)) {
        log.debug("Closing a connection that broke the protocol");
      }
    }
    peerBrokeRules = true;
    if (closeSent) {
      ctx().close();
    } else {
      connection().close(reason);
    }
  }

  @Override
  public boolean isPaused() {
    return paused;
  }

  @Override
  public void write(ByteBuf frames) {
    ctx().write(frames, ctx().channel().unsafe().voidPromise());
  }

  @Override
  public void ping() {
    write(Frames.ping(ctx().alloc()));
  }

  @Override
  public void pauseReading() {
    paused = true;
    ctx().channel().config().setAutoRead(false);
  }

  @Override
  public void resumeReading() {
    if (paused) {
      paused = false;
      input.read(this, ctx().alloc());
      if (!paused) {
        readOn();
      }
    }
  }

  @Override
  public void close(CloseReason reason) {
    if (closeSent) {
      return;
    }
    closeSent = true;
    ChannelFuture sent = goodbye(reason);
    if (peerBrokeRules) {
      // Its answer could not be parsed, so it is shown the end of the stream instead.
      sent.addListener(done -> LingeringClose.shutdownOutput((DuplexChannel) ctx().channel()));
    }
    LingeringClose.closeInTheEnd(ctx().channel());
    resumeReading();
  }

  /// Sends the close frame; closes the socket at once if there is no memory even for that.
  private ChannelFuture goodbye(CloseReason reason) {
    ByteBuf frame;
    try {
      frame = Frames.close(ctx().alloc(), reason);
    } catch (OutOfMemoryError scarce) {
      loop().guard().caught("a close frame", scarce);
      return ctx().close();
    }
    return ctx().writeAndFlush(frame);
  }

  @Override
  public AddressBlock address() {
    return Admission.blockOf(ctx().channel());
  }

  @Override
  public ClientId client() {
    return connection().client();
  }

  /// While reading is paused, nothing can become complete.
  @Override
  public boolean isUntimed() {
    return paused;
  }

  @Override
  public void dropForRoom() {
    drop(CloseReason.OVERLOADED);
  }

  @Override
  public void dropAsTooSlow() {
    drop(CloseReason.TOO_SLOW);
  }

  private void drop(CloseReason reason) {
    input.forget();
    violated(reason);
  }
}
