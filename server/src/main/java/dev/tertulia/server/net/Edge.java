package dev.tertulia.server.net;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.protocol.ClientId;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What every accepted socket has in common: the pipelines, and whom they hand things to.
///
/// A socket begins with HTTP, one request at a time; after the handshake nothing is left of that,
/// and a [WebSocketHandler] is alone.
///
/// Not final, for the same reason as a [WebSocketHandler].
public class Edge extends ChannelInitializer<Channel> {
  /// The longest request line, in bytes.
  static final int MAX_LINE_BYTES = 4096;

  /// The longest header section, in bytes.
  static final int MAX_HEADER_BYTES = 16 * 1024;

  /// The longest body, in bytes.
  static final int MAX_BODY_BYTES = 64 * 1024;

  private final NetworkGate gate;
  private final Router router;
  private final Sessions sessions;
  private final Loops loops;
  private final List<ConnectionLoop> connectionLoops;
  private final Duration handshakeTimeout;
  private final int maxFrameBytes;
  private final AtomicInteger openWebSockets = new AtomicInteger();
  private volatile boolean accepting = true;

  /// @param sessions what WebSocket connections speak
  /// @param connectionLoops one for each of `loops`, in the same order
  /// @param handshakeTimeout how long a request may take to arrive, and an answer to be taken
  /// @param maxFrameBytes the longest WebSocket message
  public Edge(
      NetworkGate gate,
      Router router,
      Sessions sessions,
      Loops loops,
      List<ConnectionLoop> connectionLoops,
      Duration handshakeTimeout,
      int maxFrameBytes) {
    this.gate = gate;
    this.router = router;
    this.sessions = sessions;
    this.loops = loops;
    this.connectionLoops = List.copyOf(connectionLoops);
    this.handshakeTimeout = handshakeTimeout;
    this.maxFrameBytes = maxFrameBytes;
  }

  @Override
  protected void initChannel(Channel channel) {
    HttpDecoderConfig http =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setUseRfc9112TransferEncoding(true);
    channel
        .pipeline()
        .addLast(new HttpServerCodec(http))
        .addLast(new WholeRequests(MAX_BODY_BYTES))
        .addLast(new HttpEdge(this));
  }

  /// Refuses handshakes from here on. Any thread.
  public void stopAccepting() {
    accepting = false;
  }

  /// How many WebSockets are open, those included that are about to close. Any thread.
  public int openWebSockets() {
    return openWebSockets.get();
  }

  boolean isAccepting() {
    return accepting;
  }

  NetworkGate gate() {
    return gate;
  }

  Router router() {
    return router;
  }

  Duration handshakeTimeout() {
    return handshakeTimeout;
  }

  WebSocketHandler webSocket(FrameReader reader, AtomicInteger open) {
    return new WebSocketHandler(reader, open);
  }

  boolean agreeToCompression() {
    return sessions.agreeToCompression();
  }

  /// Turns a channel whose handshake has been answered into a WebSocket. On the channel's loop.
  ///
  /// The codec goes last, because it passes on what the client has already sent behind its
  /// handshake.
  ///
  /// @param agreed the compression that was agreed on; `null` for none
  void toWebSocket(Channel channel, ClientId client, @Nullable PerMessageDeflate agreed) {
    NettyLoop loop = loops.of(channel);
    ChannelPipeline pipeline = channel.pipeline();
    WebSocketHandler socket =
        webSocket(new FrameReader(loop, maxFrameBytes, agreed != null), openWebSockets);
    pipeline.addLast(socket);
    socket.begin(connectionLoops.get(loop.index()), client, sessions.of(agreed));
    channel.config().setAutoRead(true);
    pipeline.remove(HttpEdge.class);
    pipeline.remove(WholeRequests.class);
    pipeline.remove(HttpServerCodec.class);
  }
}
