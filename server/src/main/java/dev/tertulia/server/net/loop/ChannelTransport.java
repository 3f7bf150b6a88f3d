package dev.tertulia.server.net.loop;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.connection.Transport;
import dev.tertulia.server.logging.LogContext;
import dev.tertulia.server.model.CloseReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The last handler of a channel that has become a [Connection]: how it begins, how the channel's
/// end and failures end the connection, and how much the channel accepts. Owned by the event loop.
public abstract class ChannelTransport extends ChannelInboundHandlerAdapter implements Transport {
  private static final Logger log = LoggerFactory.getLogger(ChannelTransport.class);

  private final NettyLoop loop;
  private final Admission.AddressQuota quota;
  private final String kind;

  @SuppressWarnings("NullAway.Init") // Set when the handler is added, before anything else happens.
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init") // Set by begin(), before anything else happens.
  private Connection connection;

  /// @param quota the count to which it belongs until its channel closes
  /// @param kind what it is, for the log, with its article
  protected ChannelTransport(NettyLoop loop, Admission.AddressQuota quota, String kind) {
    this.loop = loop;
    this.quota = quota;
    this.kind = kind;
  }

  /// Begins the connection, once this handler is in its pipeline.
  public void begin(ConnectionLoop connections, Principal principal, SessionFactory sessions) {
    connection = connections.connection(principal, sessions, this);
    connections.open(connection);
  }

  @Override
  public final @Nullable InetAddress peerAddress() {
    return Admission.addressOf(ctx.channel());
  }

  public final Connection connection() {
    return connection;
  }

  protected final ChannelHandlerContext ctx() {
    return ctx;
  }

  protected final NettyLoop loop() {
    return loop;
  }

  /// Resumes reading, unless the input has ended: epoll has removed a socket with both directions
  /// idle, so reading it would fail.
  public final void readOn() {
    if (!((DuplexChannel) ctx.channel()).isInputShutdown()) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      loop.chores()
          .add(() -> {
            connection.ended(CloseReason.CONNECTION_LOST);
            ctx.close();
          });
    }
  }

  /// Ends the connection as a deferred task, because many may be lost at once. Output sent to it
  /// meanwhile is dropped.
  @Override
  public void channelInactive(ChannelHandlerContext context) {
    quota.webSocketClosed();
    loop.chores().add(() -> connection.ended(CloseReason.CONNECTION_LOST));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // All that still decodes before this handler is TLS.
    if (cause instanceof IOException || cause instanceof DecoderException) {
      if (log.isDebugEnabled()) {
        try (LogContext _ = connection.logContext()) {
          log.debug("Lost {}: {}", kind, cause.getMessage());
        }
      }
      ctx.close();
    } else {
      try (LogContext _ = connection.logContext()) {
        loop.guard().caught(kind, cause);
      }
      try {
        connection.close(CloseReason.INTERNAL_ERROR);
      } catch (Throwable noWay) {
        ctx.close();
      }
    }
  }

  @Override
  public void flush() {
    ctx.flush();
  }

  @Override
  public boolean isWritable() {
    return ctx.channel().isWritable();
  }

  @Override
  public int writableBytes() {
    return (int) Math.min(Integer.MAX_VALUE, ctx.channel().bytesBeforeUnwritable());
  }
}
