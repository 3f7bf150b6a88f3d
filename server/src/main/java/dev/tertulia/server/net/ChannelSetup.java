package dev.tertulia.server.net;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.DeferredTasks;
import dev.tertulia.server.net.loop.LingeringClose;
import dev.tertulia.server.net.proxy.ProxyHeader;
import dev.tertulia.server.net.tls.TlsAcceptor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An accepted socket until its first bytes are handled among the [DeferredTasks]: then it speaks
/// HTTP. A socket that sends nothing within the handshake timeout is closed without a response,
/// because it has sent no request.
///
/// Under TLS the first bytes begin the handshake, whose costly part is the answer to them; so a
/// storm of handshakes does not delay established connections. The first decrypted bytes are
/// treated like those of a plain socket, within the same time limit.
final class ChannelSetup extends ChannelInboundHandlerAdapter {
  /// The water marks of a socket, in bytes: not writable above the second, writable again below the
  /// first.
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  /// The unsent data that the kernel may hold for a socket, in bytes. Without this limit it buffers
  /// megabytes before a slow reader is noticed.
  private static final long UNSENT_BYTES = 128 * 1024;

  private static final Logger log = LoggerFactory.getLogger(ChannelSetup.class);

  /// The answer to a request without TLS.
  private static final byte[] WITHOUT_TLS =
      """
      HTTP/1.1 400 Bad Request\r
      Content-Type: text/plain; charset=utf-8\r
      Connection: close\r
      \r
      This port speaks HTTPS: the address must begin with https:// or wss://
      """
          .getBytes(StandardCharsets.US_ASCII);

  private final Pipelines pipelines;
  private final Entrance entrance;
  private final DeferredTasks deferredTasks;
  private Admission.AddressQuota quota;
  private @Nullable ByteBuf first;
  private @Nullable Future<?> deadline;
  private boolean inputEnded;

  /// Whether what has arrived is to be handled.
  private boolean queued;

  /// Whether the header of a proxy is still to come.
  private boolean proxyHeader;

  /// Whether what arrives is decrypted.
  private boolean tlsBegun;

  /// @param deferredTasks the chores of the loop of the socket
  ChannelSetup(
      Pipelines pipelines,
      Entrance entrance,
      DeferredTasks deferredTasks,
      Admission.AddressQuota quota) {
    this.pipelines = pipelines;
    this.entrance = entrance;
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
    proxyHeader = entrance.proxyHeader() && pipelines.admission().isOfProxy(ctx.channel());
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
    tlsEnded(ctx);
    if (first != null) {
      first.release();
      first = null;
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (first == null) {
      first = bytes;
    } else {
      // Not a composite buffer: a peer that sends byte by byte would nest them.
      ByteBuf before = first;
      first =
          ctx.alloc()
              .buffer(before.readableBytes() + bytes.readableBytes())
              .writeBytes(before)
              .writeBytes(bytes);
      before.release();
      bytes.release();
    }
    inTimeIfPlain();
    if (!queued) {
      queued = true;
      ctx.channel().config().setAutoRead(false);
      deferredTasks.add(() -> begin(ctx));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
      if (first == null) {
        ctx.close();
      }
    } else if (event instanceof SslHandshakeCompletionEvent handshake) {
      tlsEnded(ctx);
      pipelines.handshakes().tls(handshake.isSuccess());
      if (!handshake.isSuccess()) {
        log.debug("TLS handshake failed: {}", handshake.cause().getMessage());
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private void begin(ChannelHandlerContext ctx) {
    queued = false;
    ByteBuf bytes = first;
    if (bytes == null || !ctx.channel().isActive()) {
      return;
    }
    if (proxyHeader && !readProxyHeader(ctx, bytes)) {
      return;
    }
    first = null;
    TlsAcceptor tls = entrance.tls();
    if (tls != null && !tlsBegun) {
      beginTls(ctx, tls, bytes);
      return;
    }
    pipelines.toHttp(ctx.channel(), quota, inputEnded);
    ctx.fireChannelRead(bytes);
    ctx.fireChannelReadComplete();
    if (inputEnded) {
      ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
    ctx.pipeline().remove(this);
  }

  /// Reads the header of a proxy at the beginning of `bytes`.
  ///
  /// @return whether something follows it
  private boolean readProxyHeader(ChannelHandlerContext ctx, ByteBuf bytes) {
    Channel channel = ctx.channel();
    switch (ProxyHeader.read(bytes)) {
      case ProxyHeader.Wrong wrong -> {
        pipelines.wrongProxyHeader(wrong.reason());
        ctx.close();
        return false;
      }
      case ProxyHeader.Incomplete _ -> {
        goOnReading(ctx);
        return false;
      }
      case ProxyHeader.Read(InetAddress client) -> {
        proxyHeader = false;
        if (client != null) {
          Admission.AddressQuota own = pipelines.admission().enterFor(channel, client);
          if (own == null || !pipelines.requestRates().allowsSocket(AddressBlock.of(client))) {
            ctx.close();
            return false;
          }
          quota = own;
          Admission.relay(channel, client);
        }
      }
    }
    if (bytes.isReadable()) {
      inTimeIfPlain();
      return true;
    }
    bytes.release();
    first = null;
    goOnReading(ctx);
    return false;
  }

  private void goOnReading(ChannelHandlerContext ctx) {
    if (inputEnded) {
      ctx.close();
    } else {
      ctx.channel().config().setAutoRead(true);
    }
  }

  private void inTimeIfPlain() {
    if (!proxyHeader && (entrance.tls() == null || tlsBegun)) {
      inTime();
    }
  }

  /// Begins TLS with the bytes that have arrived.
  private void beginTls(ChannelHandlerContext ctx, TlsAcceptor tls, ByteBuf bytes) {
    if (isRequest(bytes)) {
      bytes.release();
      LingeringClose.say(ctx, Unpooled.wrappedBuffer(WITHOUT_TLS));
      return;
    }
    boolean forMany =
        pipelines.admission().isOfProxy(ctx.channel()) && !Admission.isRelayed(ctx.channel());
    AddressBlock address = forMany ? AddressBlock.GONE : Admission.blockOf(ctx.channel());
    if (!tls.begin(ctx.channel(), address, pipelines.inputs(ctx.channel()))) {
      bytes.release();
      ctx.close();
      return;
    }
    tlsBegun = true;
    ctx.channel().config().setAutoRead(true);
    ctx.pipeline().fireChannelRead(bytes);
    ctx.pipeline().fireChannelReadComplete();
    if (inputEnded) {
      ctx.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }
  }

  /// Whether `bytes` begin with a letter, as a request of HTTP does and no record of TLS.
  private static boolean isRequest(ByteBuf bytes) {
    byte letter = bytes.getByte(bytes.readerIndex());
    return letter >= 'A' && letter <= 'Z';
  }

  private void tlsEnded(ChannelHandlerContext ctx) {
    if (entrance.tls() != null && tlsBegun) {
      entrance.tls().ended(ctx.channel());
    }
  }

  private void inTime() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
