package dev.tertulia.server.net;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.connection.ByteRate;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.MessageRate;
import dev.tertulia.server.connection.Session;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.EventStream;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.net.http1.BoundedFields;
import dev.tertulia.server.net.http1.EventStreamHandler;
import dev.tertulia.server.net.http1.HttpHandler;
import dev.tertulia.server.net.http1.ReadUntilEnd;
import dev.tertulia.server.net.http1.RequestAggregator;
import dev.tertulia.server.net.http1.RequestMeter;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.InboundBudget;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.net.loop.PartialInputs;
import dev.tertulia.server.net.loop.RequestRates;
import dev.tertulia.server.net.websocket.FrameReader;
import dev.tertulia.server.net.websocket.WebSocketHandler;
import dev.tertulia.server.protocol.full.Request;
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

/// What all accepted sockets share: the pipelines, and the parts to which they pass requests and
/// connections.
///
/// A socket starts with HTTP, one request at a time; after the handshake all HTTP handlers are
/// removed, and a [WebSocketHandler] remains.
///
/// Not final, for the same reason as [WebSocketHandler].
public class Pipelines {
  /// The time limit for an answer: longer than a request waits for the journal.
  public static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  /// The maximum length of a request line, in bytes; see `RequestCheck#MAX_ADDRESS_BYTES`.
  static final int MAX_LINE_BYTES = 24 * 1024;

  /// The maximum size of a header section, in bytes.
  static final int MAX_HEADER_BYTES = 16 * 1024;

  /// The maximum size of a body, in bytes.
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

  /// The number of requests by which the decoder may be ahead of the answers. The effective limit
  /// is [HttpHandler#MAX_WAITING]; beyond this one, the connection would be closed without an
  /// answer.
  private static final int MAX_UNANSWERED = Integer.MAX_VALUE;

  /// The limits on input from peers.
  ///
  /// @param handshakeTimeout the time limit for a request to arrive, and for an answer to be read
  /// @param answerTimeout the time limit for producing an answer
  /// @param messageTimeout the time limit for a WebSocket message to arrive
  /// @param frameBytes the maximum size of a WebSocket message
  /// @param requests the rate limit of requests per connection
  /// @param bodies the rate limit of request bodies per connection
  /// @param requestsOfAddress the rate limit of requests per address
  /// @param inbound the memory of incomplete messages and requests
  public record Limits(
      Duration handshakeTimeout,
      Duration answerTimeout,
      Duration messageTimeout,
      int frameBytes,
      MessageRate requests,
      ByteRate bodies,
      MessageRate requestsOfAddress,
      InboundBudget.Bounds inbound) {}

  /// @param sessions the sessions of WebSocket connections
  /// @param streams creates the session of a stream, on its loop
  /// @param connectionLoops one for each of `loops`, in the same order
  public Pipelines(
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

  /// Sets a channel up for HTTP. On the loop of the channel.
  ///
  /// @param neighbours the count to which it belongs
  /// @param inputEnded whether the peer has closed its output
  HttpHandler toHttp(Channel channel, Admission.Neighbours neighbours, boolean inputEnded) {
    HttpDecoderConfig http =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setHeadersFactory(BoundedFields.HEAD)
            .setTrailersFactory(BoundedFields.TRAILER)
            .setUseRfc9112TransferEncoding(true);
    RequestAggregator whole = new RequestAggregator(MAX_BODY_BYTES);
    PartialInputs ofLoop = inputs.get(loops.of(channel).index());
    HttpHandler requests = new HttpHandler(this, channel, ofLoop, whole, neighbours, inputEnded);
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

  /// Refuses handshakes from now on. Any thread.
  public void stopAccepting() {
    accepting = false;
  }

  /// How many WebSockets are open, those included that are about to close. Any thread.
  public int openWebSockets() {
    return admission.webSockets();
  }

  /// The socket option that limits unsent data in the kernel; `null` if there is none.
  @Nullable ChannelOption<Long> unsentBound() {
    return loops.transport().unsentBound();
  }

  /// The number of open sockets of any kind. Any thread.
  public int openSockets() {
    return admission.sockets();
  }

  public boolean isAccepting() {
    return accepting;
  }

  public Admission admission() {
    return admission;
  }

  public NetworkGate gate() {
    return gate;
  }

  /// The guard that receives failures.
  public EngineGuard guard() {
    return loops.guard();
  }

  public Router router() {
    return router;
  }

  public RequestRates requestRates() {
    return requestRates;
  }

  public Duration handshakeTimeout() {
    return limits.handshakeTimeout;
  }

  public Duration answerTimeout() {
    return limits.answerTimeout;
  }

  /// The memory held by incomplete messages and requests, in bytes. Any thread.
  public long inboundBytes() {
    return inbound.used();
  }

  WebSocketHandler webSocket(
      FrameReader reader, Admission.Neighbours neighbours, PartialInputs inputs) {
    return new WebSocketHandler(reader, neighbours, inputs);
  }

  public Sessions sessions() {
    return sessions;
  }

  /// Turns a channel whose handshake has been answered into a WebSocket. On the loop of the
  /// channel.
  ///
  /// The codec is removed last, because it passes on input that the client has already sent after
  /// its handshake.
  ///
  /// @param compression whether the client may compress messages
  /// @param neighbours the count to which it belongs
  public void toWebSocket(
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

  /// Turns a channel, for which the head of the response was written, into a stream. On the loop of
  /// the channel.
  ///
  /// @param neighbours the count to which it belongs
  public void toStream(Channel channel, EventStream stream, Admission.Neighbours neighbours) {
    NettyLoop loop = loops.of(channel);
    ConnectionLoop connections = connectionLoops.get(loop.index());
    // The client sends nothing, and the kernel accepts comments for a vanished peer for minutes.
    ChannelOption<Integer> unansweredBound = loops.transport().unansweredBound();
    if (unansweredBound != null) {
      channel
          .config()
          .setOption(
              unansweredBound, Math.toIntExact(connections.limits().heartbeatTimeout().toMillis()));
    }
    ChannelPipeline pipeline = channel.pipeline();
    EventStreamHandler handler = new EventStreamHandler(loop, neighbours, stream);
    pipeline.addLast(handler);
    forgetHttp(pipeline);
    handler.begin(connections, stream, streams.apply(stream.hello()));
    if (!((DuplexChannel) channel).isInputShutdown()) {
      channel.config().setAutoRead(true);
    }
  }

  /// Removes all HTTP handlers and drops their data.
  private static void forgetHttp(ChannelPipeline pipeline) {
    pipeline.remove(HttpHandler.class);
    forgetRequests(pipeline);
  }

  /// Removes the request decoder, so that further input is not buffered: it goes to the last
  /// handler as it is.
  public static void forgetRequests(ChannelPipeline pipeline) {
    pipeline.remove(RequestAggregator.class);
    pipeline.remove(RequestMeter.class);
    pipeline.remove(HttpServerCodec.class);
    pipeline.remove(ReadUntilEnd.INSTANCE);
  }
}
