package dev.tertulia.server.net;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.connection.ByteRate;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.MessageRate;
import dev.tertulia.server.connection.Session;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.EventStream;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Request;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What every accepted socket has in common: the pipelines, and whom they hand things to.
///
/// A socket begins with HTTP, one request at a time; after the handshake nothing is left of that,
/// and a [WebSocketHandler] is alone.
///
/// Not final, for the same reason as a [WebSocketHandler].
public class Edge {
  /// How long an answer may take: longer than a request waits for the journal.
  public static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  /// The longest request line that is read, in bytes; see [RequestCheck#MAX_ADDRESS_BYTES].
  static final int MAX_LINE_BYTES = 24 * 1024;

  /// The longest header section, in bytes.
  static final int MAX_HEADER_BYTES = 16 * 1024;

  /// The longest body, in bytes.
  static final int MAX_BODY_BYTES = 512 * 1024;

  private final NetworkGate gate;
  private final Admission admission;
  private final Router router;
  private final Sessions sessions;
  private final Function<Request.Hello, Session> streams;
  private final Loops loops;
  private final List<ConnectionLoop> connectionLoops;
  private final RequestRates requestRates;
  private final InboundBudget inbound;
  private final List<PartialInputs> inputs;
  private final Limits limits;
  private volatile boolean accepting = true;

  /// How many requests the decoder may be ahead of the answers. [HttpEdge#MAX_WAITING] is the
  /// bound; past this one the connection would be cut off before it is answered.
  private static final int MAX_UNANSWERED = Integer.MAX_VALUE;

  /// What peers may send, and in which time.
  ///
  /// @param handshakeTimeout how long a request may take to arrive, and an answer to be taken
  /// @param answerTimeout how long an answer may take to be there
  /// @param messageTimeout how long a WebSocket message may take from its beginning to its end
  /// @param frameBytes the longest WebSocket message
  /// @param requests how fast requests may come over one connection
  /// @param bodies how many bytes the bodies of those may have
  /// @param requestsOfAddress how fast requests may come from one address
  /// @param inbound what unfinished messages and requests may hold together
  public record Limits(
      Duration handshakeTimeout,
      Duration answerTimeout,
      Duration messageTimeout,
      int frameBytes,
      MessageRate requests,
      ByteRate bodies,
      MessageRate requestsOfAddress,
      InboundBudget.Bounds inbound) {}

  /// @param sessions what WebSocket connections speak
  /// @param streams what a stream speaks that begins so; asked on its loop
  /// @param connectionLoops one for each of `loops`, in the same order
  public Edge(
      NetworkGate gate,
      Admission admission,
      Router router,
      Sessions sessions,
      Function<Request.Hello, Session> streams,
      Loops loops,
      List<ConnectionLoop> connectionLoops,
      Limits limits) {
    this.gate = gate;
    this.admission = admission;
    this.router = router;
    this.sessions = sessions;
    this.streams = streams;
    this.loops = loops;
    this.connectionLoops = List.copyOf(connectionLoops);
    this.limits = limits;
    requestRates =
        new RequestRates(
            limits.requests, limits.bodies, limits.requestsOfAddress, System.nanoTime());
    inbound = new InboundBudget(limits.inbound, System::nanoTime);
    inputs =
        loops.all().stream()
            .map(loop -> new PartialInputs(loop, inbound, limits.messageTimeout))
            .toList();
  }

  /// Lets a channel speak HTTP. On the channel's loop.
  ///
  /// @param neighbours count it
  /// @param inputEnded the peer has said that it sends nothing more
  HttpEdge toHttp(Channel channel, Admission.Neighbours neighbours, boolean inputEnded) {
    HttpDecoderConfig http =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setHeadersFactory(BoundedFields.HEAD)
            .setTrailersFactory(BoundedFields.TRAILER)
            .setUseRfc9112TransferEncoding(true);
    WholeRequests whole = new WholeRequests(MAX_BODY_BYTES);
    PartialInputs ofLoop = inputs.get(loops.of(channel).index());
    HttpEdge requests = new HttpEdge(this, channel, ofLoop, whole, neighbours, inputEnded);
    channel
        .pipeline()
        .addLast(
            ReadUntilEnd.INSTANCE,
            requests.meter(),
            new HttpServerCodec(http, MAX_UNANSWERED),
            whole,
            requests);
    return requests;
  }

  /// Refuses handshakes from here on. Any thread.
  public void stopAccepting() {
    accepting = false;
  }

  /// How many WebSockets are open, those included that are about to close. Any thread.
  public int openWebSockets() {
    return admission.webSockets();
  }

  /// How the kernel is told what it may hold for a socket; `null` where that can't be told.
  @Nullable ChannelOption<Long> unsentBound() {
    return loops.transport().unsentBound();
  }

  /// How many sockets are open, of any kind. Any thread.
  public int openSockets() {
    return admission.sockets();
  }

  boolean isAccepting() {
    return accepting;
  }

  Admission admission() {
    return admission;
  }

  NetworkGate gate() {
    return gate;
  }

  /// Takes what comes out of work that fails.
  EngineGuard guard() {
    return loops.guard();
  }

  Router router() {
    return router;
  }

  RequestRates requestRates() {
    return requestRates;
  }

  Duration handshakeTimeout() {
    return limits.handshakeTimeout;
  }

  Duration answerTimeout() {
    return limits.answerTimeout;
  }

  /// What unfinished messages and requests hold, in bytes. Any thread.
  public long inboundBytes() {
    return inbound.used();
  }

  WebSocketHandler webSocket(
      FrameReader reader, Admission.Neighbours neighbours, PartialInputs inputs) {
    return new WebSocketHandler(reader, neighbours, inputs);
  }

  Sessions sessions() {
    return sessions;
  }

  /// Turns a channel whose handshake has been answered into a WebSocket. On the channel's loop.
  ///
  /// The codec goes last, because it passes on what the client has already sent behind its
  /// handshake.
  ///
  /// @param compression whether the client may compress what it sends
  /// @param neighbours has counted it
  void toWebSocket(
      Channel channel,
      ClientId client,
      Session session,
      boolean compression,
      Admission.Neighbours neighbours) {
    NettyLoop loop = loops.of(channel);
    ChannelPipeline pipeline = channel.pipeline();
    WebSocketHandler socket =
        webSocket(
            new FrameReader(loop, limits.frameBytes, compression),
            neighbours,
            inputs.get(loop.index()));
    pipeline.addLast(socket);
    socket.begin(connectionLoops.get(loop.index()), client, session);
    socket.readOn();
    forgetHttp(pipeline);
  }

  /// Turns a channel, for which the head of the answer was written, into a stream. On the channel's
  /// loop.
  ///
  /// @param neighbours has counted it
  void toStream(Channel channel, EventStream stream, Admission.Neighbours neighbours) {
    NettyLoop loop = loops.of(channel);
    ConnectionLoop connections = connectionLoops.get(loop.index());
    // The client says nothing, and the kernel takes comments for whoever has vanished for minutes.
    ChannelOption<Integer> unansweredBound = loops.transport().unansweredBound();
    if (unansweredBound != null) {
      channel
          .config()
          .setOption(
              unansweredBound, Math.toIntExact(connections.limits().heartbeatTimeout().toMillis()));
    }
    ChannelPipeline pipeline = channel.pipeline();
    StreamHandler handler = new StreamHandler(loop, neighbours, stream);
    pipeline.addLast(handler);
    forgetHttp(pipeline);
    handler.begin(connections, stream, streams.apply(stream.hello()));
    if (!((DuplexChannel) channel).isInputShutdown()) {
      channel.config().setAutoRead(true);
    }
  }

  /// Takes everything out that belongs to HTTP, and forgets what it holds.
  private static void forgetHttp(ChannelPipeline pipeline) {
    pipeline.remove(HttpEdge.class);
    forgetRequests(pipeline);
  }

  /// Takes out what makes requests of bytes, so that what still comes is held nowhere: it goes to
  /// the last handler as it is.
  static void forgetRequests(ChannelPipeline pipeline) {
    pipeline.remove(WholeRequests.class);
    pipeline.remove(RequestMeter.class);
    pipeline.remove(HttpServerCodec.class);
    pipeline.remove(ReadUntilEnd.INSTANCE);
  }
}
