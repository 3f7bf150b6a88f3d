package dev.tertulia.server.net.websocket;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.LingeringClose;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.net.loop.PartialInput;
import dev.tertulia.server.net.loop.PartialInputs;
import dev.tertulia.server.protocol.Frames;
import dev.tertulia.server.protocol.Greeting;
import dev.tertulia.server.protocol.Opening;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A WebSocket whose client has not said yet who it is: the only handler of its channel after the
/// handshake. There is no connection behind it.
///
/// It reads one message, of at most [Greeting#MAX_BYTES]. If that shows an acceptable token, or
/// clients may be anonymous, a [WebSocketHandler] takes its place; otherwise it is closed. It is
/// also closed if the message does not come in time, or if the server stops. Owned by the event
/// loop of its channel.
public final class UnidentifiedSocket extends ChannelInboundHandlerAdapter
    implements FrameSink, PartialInput.Owner {
  private static final Logger log = LoggerFactory.getLogger(UnidentifiedSocket.class);

  private final NettyLoop loop;
  private final Opening.UnidentifiedSocket opening;
  private final @Nullable PerMessageDeflate compression;
  private final Admission.AddressQuota quota;
  private final FrameInput input;
  private final Authenticator authenticator;
  private final Server server;

  @SuppressWarnings("NullAway.Init") // Set when the handler is added, before anything else happens.
  private ChannelHandlerContext ctx;

  private @Nullable Future<?> deadline;

  /// The first message; nothing is read after it.
  private Greeting.@Nullable First first;

  /// The server, as this socket sees it.
  public interface Server {
    /// Makes the channel a connection of the client, and removes `socket` from its pipeline.
    ///
    /// @param rest input after the first message, with a reference
    void identified(
        UnidentifiedSocket socket, Principal principal, SessionFactory sessions, ByteBuf rest);

    /// No longer needs to be told that the server stops.
    void left(UnidentifiedSocket socket);
  }

  /// @param opening how it was opened
  /// @param compression the negotiated one; `null` for none
  /// @param quota the count to which it belongs
  /// @param inputs the incomplete inputs of its loop
  public UnidentifiedSocket(
      NettyLoop loop,
      Opening.UnidentifiedSocket opening,
      @Nullable PerMessageDeflate compression,
      Admission.AddressQuota quota,
      PartialInputs inputs,
      Authenticator authenticator,
      Server server) {
    this.loop = loop;
    this.opening = opening;
    this.compression = compression;
    this.quota = quota;
    this.authenticator = authenticator;
    this.server = server;
    FrameReader reader = new FrameReader(loop, Greeting.MAX_BYTES, compression != null);
    input = new FrameInput(reader, inputs, this);
  }

  /// The channel that it reads.
  public Channel channel() {
    return ctx.channel();
  }

  /// The count to which it belongs.
  public Admission.AddressQuota quota() {
    return quota;
  }

  /// Whether compression was negotiated.
  public boolean isCompressed() {
    return compression != null;
  }

  /// Waits for the first message.
  public void await(Duration patience) {
    deadline =
        ctx.executor()
            .schedule(
                () -> close(CloseReason.UNAUTHORIZED), patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// Closes the socket because the server stops. Any thread.
  public void stop() {
    onLoop(() -> close(CloseReason.GOING_AWAY));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (deadline != null) {
      deadline.cancel(false);
    }
    input.forget();
    server.left(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    quota.webSocketClosed();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("Lost an unidentified WebSocket: {}", cause.getMessage());
    } else {
      loop.guard().caught("an unidentified WebSocket", cause);
    }
    ctx.close();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    // Up to the end of the first message.
    input.received((ByteBuf) message, this, ctx.alloc());
    if (ctx.isRemoved()) {
      return;
    }
    Greeting.First greeting = first;
    if (greeting != null) {
      ctx.channel().config().setAutoRead(false);
      greeted(greeting);
    } else {
      input.makeRoom();
    }
  }

  private void greeted(Greeting.First message) {
    Peer peer = Admission.peerOf(ctx.channel(), /* proxied= */ true);
    switch (authenticator.authenticate(message.credentials(), peer)) {
      case Authentication.Decided decided -> decided(message, decided);
      case Authentication.Pending pending -> {
        if (deadline != null) {
          deadline.cancel(false);
        }
        pending.decision().thenAccept(decided -> onLoop(() -> decided(message, decided)));
      }
    }
  }

  private void onLoop(Runnable task) {
    try {
      ctx.executor().execute(task);
    } catch (RejectedExecutionException loopHasEnded) {
      // The loop has ended, and the socket with it.
    }
  }

  private void decided(Greeting.First message, Authentication.Decided decided) {
    if (ctx.isRemoved()) {
      return;
    }
    switch (decided) {
      case Authentication.Accepted(Principal principal) -> {
        ClientId named = opening.named();
        if (named != null && !named.equals(principal.client())) {
          refuse(message, authenticator.otherClient());
        } else {
          identified(message, principal);
        }
      }
      case Authentication.Refused refused -> refuse(message, refused);
      case Authentication.Anonymous anonymous -> {
        Principal admitted =
            opening.named() == null && message.introduces() ? anonymous.clients().next() : null;
        if (admitted == null) {
          refuse(message, anonymous.refused());
        } else {
          identified(message, admitted);
        }
      }
      case Authentication.Open _ -> throw new IllegalStateException("everybody is believed");
    }
  }

  private void identified(Greeting.First message, Principal principal) {
    ByteBuf after = input.take();
    boolean compressing = compression != null && compression.compressesForClient();
    server.identified(this, principal, message.sessions().of(compressing), after);
  }

  /// Answers the first message, and closes.
  private void refuse(Greeting.First message, Authentication.Refused refused) {
    ctx.write(Frames.text(ctx.alloc(), message.refusal().apply(refused.refusal())));
    close(refused.closeReason());
  }

  /// Sends a close frame, and closes the socket in the end.
  public void close(CloseReason reason) {
    if (!ctx.isRemoved()) {
      ctx.channel().closeFuture().addListener(closed -> quota.webSocketClosed());
      LingeringClose.say(ctx, Frames.close(ctx.alloc(), reason));
    }
  }

  @Override
  public void text(byte[] utf8, int offset, int length) {
    first = opening.greeting().read(utf8, offset, length);
  }

  @Override
  public void ping(byte[] payload) {
    ctx.writeAndFlush(Frames.pong(ctx.alloc(), payload), ctx.voidPromise());
  }

  @Override
  public void signOfLife() {}

  @Override
  public void closed(CloseReason reason) {
    close(reason);
  }

  @Override
  public void violated(CloseReason reason) {
    close(reason);
  }

  @Override
  public boolean isPaused() {
    return first != null;
  }

  @Override
  public AddressBlock address() {
    return Admission.blockOf(ctx.channel());
  }

  @Override
  public @Nullable ClientId client() {
    return null;
  }

  @Override
  public boolean isUntimed() {
    return true;
  }

  @Override
  public void dropForRoom() {
    close(CloseReason.OVERLOADED);
  }

  @Override
  public void dropAsTooSlow() {
    close(CloseReason.TOO_SLOW);
  }
}
