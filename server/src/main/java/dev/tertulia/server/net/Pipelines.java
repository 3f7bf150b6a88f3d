package dev.tertulia.server.net;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.model.PathPrefix;
import dev.tertulia.server.net.http1.BoundedFields;
import dev.tertulia.server.net.http1.CredentialsReader;
import dev.tertulia.server.net.http1.Endpoint;
import dev.tertulia.server.net.http1.EventStreamHandler;
import dev.tertulia.server.net.http1.HandshakeMeters;
import dev.tertulia.server.net.http1.HttpHandler;
import dev.tertulia.server.net.http1.RequestAggregator;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.InboundBudget;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.net.loop.PartialInputs;
import dev.tertulia.server.net.loop.ReadUntilEnd;
import dev.tertulia.server.net.loop.RequestRates;
import dev.tertulia.server.net.websocket.FrameReader;
import dev.tertulia.server.net.websocket.PerMessageDeflate;
import dev.tertulia.server.net.websocket.UnidentifiedSocket;
import dev.tertulia.server.net.websocket.WebSocketHandler;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What all accepted sockets share: the pipelines, and the parts to which they pass requests and
/// connections.
///
/// A socket starts with HTTP, one request at a time; after the handshake all HTTP handlers are
/// removed, and a [WebSocketHandler] remains.
///
/// Not final, for the same reason as [WebSocketHandler].
public class Pipelines implements Endpoint {
  /// The time limit for an answer: longer than a request waits for the journal.
  public static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

  /// The maximum length of a request line, in bytes; see `RequestCheck#MAX_ADDRESS_BYTES`.
  static final int MAX_LINE_BYTES = 24 * 1024;

  /// The maximum size of a header section, in bytes.
  static final int MAX_HEADER_BYTES = 16 * 1024;

  /// The maximum size of a body, in bytes.
  static final int MAX_BODY_BYTES = 512 * 1024;

  /// The time limit for a client to say who it is, after a handshake that does not.
  static final Duration GREETING_TIMEOUT = Duration.ofSeconds(5);

  private final NetworkGate gate;
  private final PathPrefix pathPrefix;
  private final Authenticator authenticator;
  private final CredentialsReader credentials;
  private final Admission admission;
  private final Router router;
  private final List<Protocol> protocols;
  private final Loops loops;
  private final List<ConnectionLoop> connectionLoops;
  private final RequestRates requestRates;
  private final ClientRates clientRates;
  private final InboundBudget inbound;
  private final List<PartialInputs> inputs;
  private final Limits limits;
  private final HandshakeMeters handshakes;
  private final LimitCounters counters;

  /// The WebSockets whose clients have not said yet who they are.
  private final Set<UnidentifiedSocket> unidentified = ConcurrentHashMap.newKeySet();

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
  /// @param rates the rate limits of requests and handshakes
  /// @param inbound the memory of incomplete messages and requests
  public record Limits(
      Duration handshakeTimeout,
      Duration answerTimeout,
      Duration messageTimeout,
      int frameBytes,
      RequestRates.Rates rates,
      InboundBudget.Bounds inbound) {}

  /// @param pathPrefix the path below which a proxy serves this server
  /// @param router answers the requests that no protocol owns
  /// @param protocols the table of protocols, in the order in which they are asked
  /// @param connectionLoops one for each of `loops`, in the same order
  public Pipelines(
      NetworkGate gate,
      PathPrefix pathPrefix,
      Authenticator authenticator,
      CredentialsReader credentials,
      Admission admission,
      Router router,
      List<Protocol> protocols,
      Loops loops,
      List<ConnectionLoop> connectionLoops,
      Limits limits,
      ClientRates clientRates,
      HandshakeMeters handshakes,
      LimitCounters counters) {
    this.clientRates = clientRates;
    this.handshakes = handshakes;
    this.gate = gate;
    this.pathPrefix = pathPrefix;
    this.authenticator = authenticator;
    this.credentials = credentials;
    this.admission = admission;
    this.router = router;
    this.protocols = List.copyOf(protocols);
    this.loops = loops;
    this.connectionLoops = List.copyOf(connectionLoops);
    this.limits = limits;
    this.counters = counters;
    requestRates = new RequestRates(limits.rates, System::nanoTime, counters);
    inbound = new InboundBudget(limits.inbound, counters);
    inputs =
        loops.all().stream()
            .map(loop -> new PartialInputs(loop, inbound, limits.messageTimeout))
            .toList();
  }

  /// Sets a channel up for HTTP. On the loop of the channel.
  ///
  /// @param quota the count to which it belongs
  /// @param inputEnded whether the peer has closed its output
  HttpHandler toHttp(Channel channel, Admission.AddressQuota quota, boolean inputEnded) {
    HttpDecoderConfig http =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE_BYTES)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setHeadersFactory(BoundedFields.HEAD)
            .setTrailersFactory(BoundedFields.TRAILER)
            .setUseRfc9112TransferEncoding(true);
    RequestAggregator whole = new RequestAggregator(MAX_BODY_BYTES);
    PartialInputs ofLoop = inputs(channel);
    HttpHandler requests = new HttpHandler(this, channel, ofLoop, whole, quota, inputEnded);
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

  /// The incomplete inputs at the loop of a channel.
  PartialInputs inputs(Channel channel) {
    return inputs.get(loops.of(channel).index());
  }

  /// Records that a trusted proxy has begun a connection otherwise than configured.
  void wrongProxyHeader(String reason) {
    // Few texts, so that each is logged at most once a minute.
    counters
        .log(
            Limit.CONNECTIONS,
            "A connection of a trusted proxy is closed (proxy.protocol is v2): " + reason)
        .add();
  }

  /// Refuses handshakes from now on. Any thread.
  public void stopAccepting() {
    accepting = false;
    unidentified.forEach(UnidentifiedSocket::stop);
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

  @Override
  public boolean isAccepting() {
    return accepting;
  }

  @Override
  public Admission admission() {
    return admission;
  }

  @Override
  public Authenticator authenticator() {
    return authenticator;
  }

  @Override
  public CredentialsReader credentials() {
    return credentials;
  }

  @Override
  public NetworkGate gate() {
    return gate;
  }

  @Override
  public PathPrefix pathPrefix() {
    return pathPrefix;
  }

  @Override
  public EngineGuard guard() {
    return loops.guard();
  }

  @Override
  public Router router() {
    return router;
  }

  @Override
  public HandshakeMeters handshakes() {
    return handshakes;
  }

  @Override
  public ClientRates clientRates() {
    return clientRates;
  }

  @Override
  public RequestRates requestRates() {
    return requestRates;
  }

  @Override
  public Duration handshakeTimeout() {
    return limits.handshakeTimeout;
  }

  @Override
  public Duration answerTimeout() {
    return limits.answerTimeout;
  }

  /// The memory held by incomplete messages and requests, in bytes. Any thread.
  public long inboundBytes() {
    return inbound.used();
  }

  WebSocketHandler webSocket(
      FrameReader reader, Admission.AddressQuota quota, PartialInputs inputs) {
    return new WebSocketHandler(reader, quota, inputs);
  }

  @Override
  public List<Protocol> protocols() {
    return protocols;
  }

  /// {@inheritDoc}
  ///
  /// The encoder of responses is removed first, so that the session may write from the moment it
  /// opens; the decoder last, because it passes on input that the client has already sent after its
  /// handshake.
  @Override
  public void toWebSocket(
      Channel channel,
      Principal principal,
      SessionFactory sessions,
      boolean compression,
      Admission.AddressQuota quota) {
    NettyLoop loop = loops.of(channel);
    ChannelPipeline pipeline = channel.pipeline();
    WebSocketHandler socket =
        webSocket(
            new FrameReader(loop, limits.frameBytes, compression), quota, inputs.get(loop.index()));
    pipeline.get(HttpServerCodec.class).removeOutboundHandler();
    pipeline.addLast(socket);
    socket.begin(connectionLoops.get(loop.index()), principal, sessions);
    forgetHttp(pipeline);
    socket
        .connection()
        .whenLive(() -> {
          socket.readOn();
          channel.flush();
        });
  }

  @Override
  public void toUnidentified(
      Channel channel,
      Opening.UnidentifiedSocket opening,
      @Nullable PerMessageDeflate compression,
      Admission.AddressQuota quota) {
    NettyLoop loop = loops.of(channel);
    ChannelPipeline pipeline = channel.pipeline();
    UnidentifiedSocket socket =
        new UnidentifiedSocket(
            loop,
            opening,
            compression,
            quota,
            inputs.get(loop.index()),
            authenticator,
            new UnidentifiedSockets());
    pipeline.get(HttpServerCodec.class).removeOutboundHandler();
    pipeline.addLast(socket);
    unidentified.add(socket);
    Duration patience = limits.handshakeTimeout;
    socket.await(patience.compareTo(GREETING_TIMEOUT) < 0 ? patience : GREETING_TIMEOUT);
    channel.config().setAutoRead(true);
    forgetHttp(pipeline);
    if (!accepting) {
      socket.stop();
    }
  }

  /// What becomes of WebSockets whose clients have not said who they are.
  private final class UnidentifiedSockets implements UnidentifiedSocket.Server {
    @Override
    public void identified(
        UnidentifiedSocket before, Principal principal, SessionFactory sessions, ByteBuf rest) {
      NettyLoop loop = loops.of(before.channel());
      WebSocketHandler socket =
          webSocket(
              new FrameReader(loop, limits.frameBytes, before.isCompressed()),
              before.quota(),
              inputs.get(loop.index()));
      before.channel().pipeline().replace(before, null, socket);
      socket.begin(connectionLoops.get(loop.index()), principal, sessions);
      socket.goOn(rest);
    }

    @Override
    public void left(UnidentifiedSocket socket) {
      unidentified.remove(socket);
    }
  }

  @Override
  public void toStream(Channel channel, Opening.EventStream stream, Admission.AddressQuota quota) {
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
    EventStreamHandler handler = new EventStreamHandler(loop, quota, stream.output());
    pipeline.addLast(handler);
    forgetHttp(pipeline);
    handler.tellRetry();
    handler.begin(connections, stream.principal(), stream.sessions());
    handler.readOn();
  }

  /// Removes all HTTP handlers and drops their data.
  private static void forgetHttp(ChannelPipeline pipeline) {
    pipeline.remove(HttpHandler.class);
    HttpHandler.forgetRequests(pipeline);
  }
}
