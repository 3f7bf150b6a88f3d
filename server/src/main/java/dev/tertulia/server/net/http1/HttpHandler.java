package dev.tertulia.server.net.http1;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.auth.AnonymousClients;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.http.CrossOrigin;
import dev.tertulia.server.http.LineSource;
import dev.tertulia.server.http.Request;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.LingeringClose;
import dev.tertulia.server.net.loop.PartialInputs;
import dev.tertulia.server.net.loop.ReadUntilEnd;
import dev.tertulia.server.net.loop.RequestRates;
import dev.tertulia.server.net.proxy.Sender;
import dev.tertulia.server.net.websocket.Handshake;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.Protocol;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handles one connection while it speaks HTTP: checks requests, has them answered one after the
/// other on virtual threads, and has the [Upgrader] turn the connection into a WebSocket or a
/// stream if a [Protocol] says so.
///
/// A request must arrive completely within the handshake timeout, counted from the moment in which
/// it could begin, and its answer must be read within the same time. Until then nothing more is
/// read; requests that were read together with one that is being answered wait, at most
/// [#MAX_WAITING]. Further ones are dropped, and the connection is closed after the answer to the
/// last one that waits, so that the peer knows which to repeat. An answer that is not ready within
/// [Endpoint#answerTimeout] is abandoned, so that no socket and no body is held for ever.
public final class HttpHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HttpHandler.class);
  private static final Set<String> OPENING_METHODS = Set.of("GET");

  /// Of a request whose credentials were not read.
  private static final Authentication.Decided UNKNOWN =
      new Authentication.Anonymous("", AnonymousClients.NONE);

  private static final String HEALTH_PATH = "/health/";

  /// A year.
  private static final String STRICT_TRANSPORT = "max-age=31536000";

  /// The maximum pause in reading from a peer that sends requests too fast.
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// The maximum number of pipelined requests that wait.
  static final int MAX_WAITING = 100;

  private final Endpoint endpoint;
  private final RequestAggregator requests;
  private final RequestMeter meter;
  private final RequestRates.Account rate;
  private final Upgrader upgrader;
  private final RequestCheck rules;
  private final ArrayDeque<FullHttpRequest> waiting = new ArrayDeque<>(2);
  private @Nullable Future<?> deadline;

  @SuppressWarnings("NullAway.Init") // Set when it is put into its pipeline.
  private ChannelHandlerContext ctx;

  /// The number of requests routed so far. An answer to an earlier request than the last is
  /// dropped.
  private int routed;

  /// The pause in reading after the current request is answered, in nanoseconds.
  private long wait;

  /// The client for which a trusted proxy has sent the current request; `null` for none.
  private @Nullable InetAddress relayed;

  /// Whether the browser of the current request is told to use nothing but TLS.
  private boolean strictTransport;

  /// The other origin of the page that sent the request, if it may read the answer.
  private @Nullable String reader;

  private boolean answering;
  private boolean nothingFollows;

  /// Whether requests were dropped because too many waited.
  private boolean overrun;

  /// @param inputs of the loop of `channel`
  /// @param requests aggregates the parts of requests
  public HttpHandler(
      Endpoint endpoint,
      Channel channel,
      PartialInputs inputs,
      RequestAggregator requests,
      Admission.AddressQuota quota,
      boolean inputEnded) {
    this.endpoint = endpoint;
    this.requests = requests;
    rate = endpoint.requestRates().open(Admission.blockOf(channel));
    meter = new RequestMeter(inputs, channel, this::noRoomForRequest);
    upgrader = new Upgrader(endpoint, channel, quota);
    nothingFollows = inputEnded;
    rules =
        new RequestCheck(
            endpoint.gate(), endpoint.pathPrefix(), endpoint.admission().trusted(), channel);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    awaitRequest(ctx);
  }

  /// Counts input; must be the first handler of the pipeline.
  public RequestMeter meter() {
    return meter;
  }

  private void noRoomForRequest() {
    refuse(ctx, tooManyRequests());
  }

  private static Response tooManyRequests() {
    return Response.problem(
            new Refusal(
                ErrorCode.UNAVAILABLE,
                "Pending requests use too much memory. Send the request again."))
        .with("Retry-After", "1");
  }

  /// Answers that the request took too long. Without a request there is nothing to answer: on a
  /// connection kept open for the next request, the response would be taken for the answer to that.
  private void tooLate() {
    if (meter.hasBegun()) {
      refuse(ctx, RequestCheck.problem(408, "The request did not arrive in time."));
    } else {
      ctx.close();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    inTime();
    waiting.forEach(FullHttpRequest::release);
    waiting.clear();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    FullHttpRequest request = (FullHttpRequest) message;
    meter.parsed(request.headers().size());
    if (overrun) {
      request.release();
    } else if (answering && waiting.size() == MAX_WAITING) {
      overrun = true;
      nothingFollows = true;
      request.release();
    } else if (answering) {
      waiting.add(request);
    } else {
      answer(ctx, request);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      nothingFollows = true;
      if (!answering) {
        ctx.close();
      }
    }
  }

  private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
    inTime();
    answering = true;
    endpoint.admission().notSilent(ctx.channel());
    try {
      reader = rules.reader(request);
      Sender sender = rules.sender(request);
      Response refusal = rules.check(request, sender);
      strictTransport = sender != null && sender.secure() && asksForName(request, sender);
      relayed =
          sender == null || sender.address().equals(Admission.addressOf(ctx.channel()))
              ? null
              : sender.address();
      rate.actFor(relayed == null ? null : AddressBlock.of(relayed));
      String path = rules.path(request);
      if (refusal != null) {
        refuse(ctx, refusal);
      } else if (!meter.whole()) {
        refuse(ctx, tooManyRequests());
      } else if (isTooFast(request, path)) {
        refuseExcess(ctx, request);
      } else {
        Response moved = rules.toPage(request);
        if (moved == null) {
          open(ctx, request, path);
        } else {
          refuse(ctx, moved);
        }
      }
    } finally {
      request.release();
    }
  }

  private static boolean asksForName(FullHttpRequest request, Sender sender) {
    String host =
        sender.host() == null ? request.headers().get(HttpHeaderNames.HOST) : sender.host();
    return host != null && NetworkGate.isName(host);
  }

  /// Counts a request. Health checks are always allowed.
  private boolean isTooFast(FullHttpRequest request, String path) {
    wait =
        path.startsWith(HEALTH_PATH)
            ? 0
            : Math.max(0, rate.request(request.content().readableBytes()));
    return wait > 0;
  }

  /// Refuses a request beyond the rate. The connection stays open, but is not read for the time it
  /// is told to wait, up to a second.
  private void refuseExcess(ChannelHandlerContext ctx, FullHttpRequest request) {
    ctx.channel().config().setAutoRead(false);
    Response refusal =
        tooFast(
            wait,
            "Too many requests, or too many bytes, in too short a time. Send the request again"
                + " later.");
    endpoint.router().meters().answeredWithoutRoute(refusal.status());
    write(ctx, refusal, request.method().equals(HttpMethod.HEAD), HttpUtil.isKeepAlive(request));
  }

  /// Has the request opened by the protocol that owns it, or routed if none does.
  ///
  /// @param path without the prefix
  private void open(ChannelHandlerContext ctx, FullHttpRequest request, String path) {
    HttpHeaders headers = request.headers();
    Request plain =
        new Request(
            request.method().name(),
            path,
            RequestCheck.query(request),
            name -> RequestCheck.header(headers, name),
            ByteBufUtil.getBytes(request.content()),
            peer(ctx, request),
            UNKNOWN);
    OpeningRequest opening =
        new OpeningRequest(
            plain.method(),
            plain.rawPath(),
            plain.rawQuery(),
            plain.headers()::get,
            plain.body().length > 0,
            UNKNOWN);
    for (Protocol protocol : endpoint.protocols()) {
      if (protocol.owns(opening)) {
        if (CrossOrigin.isPreflight(plain)) {
          answerHere(ctx, request, plain, CrossOrigin.preflight(OPENING_METHODS));
        } else if (isInRate(ctx)) {
          authenticate(
              ctx,
              request,
              endpoint.credentials().ofOpening(request, opening),
              known -> carryOut(ctx, request, plain, upgrader.open(protocol, opening.with(known))));
        }
        return;
      }
    }
    authenticate(
        ctx,
        request,
        endpoint.credentials().of(request),
        known -> {
          wait = Math.max(0, waitOf(known, plain));
          if (wait > 0) {
            refuseExcess(ctx, request);
          } else {
            route(ctx, request, plain.with(known));
          }
        });
  }

  /// Charges a request to its client, together with the messages that the client sends over
  /// WebSocket: what reads as a query, all else as a message.
  ///
  /// @return the time to wait before it may be repeated, in nanoseconds; 0 or less if it may be
  ///   answered
  private long waitOf(Authentication.Decided known, Request request) {
    if (!(known instanceof Authentication.Accepted(Principal principal))) {
      return 0;
    }
    ClientRates.Account client = endpoint.clientRates().of(principal.client());
    return request.method().equals("GET") || request.method().equals("HEAD")
        ? client.query()
        : client.message(request.body().length);
  }

  /// Goes on with a request when it is known who makes it.
  private void authenticate(
      ChannelHandlerContext ctx,
      FullHttpRequest request,
      Credentials credentials,
      Consumer<Authentication.Decided> then) {
    switch (endpoint.authenticator().authenticate(credentials, peer(ctx, request))) {
      case Authentication.Decided decided -> then.accept(decided);
      case Authentication.Pending pending -> {
        ctx.channel().config().setAutoRead(false);
        int number = ++routed;
        limitTime(ctx, endpoint.answerTimeout(), () -> giveUp(ctx, request));
        request.retain();
        pending
            .decision()
            .thenAccept(decided ->
                onLoop(
                    ctx,
                    () -> {
                      try {
                        if (number == routed && !ctx.isRemoved()) {
                          inTime();
                          then.accept(decided);
                        }
                      } finally {
                        request.release();
                      }
                    }));
      }
    }
  }

  private Peer peer(ChannelHandlerContext ctx, FullHttpRequest request) {
    return relayed == null
        ? Admission.peerOf(ctx.channel(), ProxySigns.areIn(request))
        : new Peer(relayed, AddressBlock.of(relayed), true);
  }

  /// Counts a handshake, and refuses it beyond the rate of its address.
  private boolean isInRate(ChannelHandlerContext ctx) {
    long wait = rate.handshake();
    if (wait > 0) {
      Response refusal =
          tooFast(
              wait, "Too many connections in too short a time from this address. Try again later.");
      endpoint.handshakes().refused(refusal.status());
      refuse(ctx, refusal);
    }
    return wait <= 0;
  }

  private static Response tooFast(long wait, String message) {
    return Response.problem(new Refusal(ErrorCode.RATE_LIMITED, message))
        .retriedAfter(Duration.ofNanos(wait));
  }

  private void carryOut(
      ChannelHandlerContext ctx, FullHttpRequest request, Request plain, Opening opening) {
    upgrader.actFor(relayed);
    Response refusal =
        switch (opening) {
          case Opening.WebSocket socket ->
              upgrader.toWebSocket(ctx, request, socket, !waiting.isEmpty());
          case Opening.UnidentifiedSocket socket ->
              upgrader.toUnidentified(ctx, request, socket, !waiting.isEmpty());
          case Opening.RefusedSocket socket ->
              upgrader.toRefused(ctx, request, socket, !waiting.isEmpty());
          case Opening.EventStream stream -> upgrader.toStream(ctx, plain, stream);
          case Opening.Refused refused -> Upgrader.response(refused);
        };
    if (refusal == null) {
      return;
    }
    endpoint.handshakes().refused(refusal.status());
    if (opening instanceof Opening.Refused && !Handshake.isUpgrade(request)) {
      answerHere(ctx, request, plain, refusal);
    } else {
      // What follows may be frames already.
      refuse(ctx, refusal);
    }
  }

  /// Answers on the loop.
  private void answerHere(
      ChannelHandlerContext ctx, FullHttpRequest request, Request plain, Response response) {
    ctx.channel().config().setAutoRead(false);
    endpoint.router().meters().answeredWithoutRoute(response.status());
    write(
        ctx,
        CrossOrigin.allow(plain, response),
        request.method().equals(HttpMethod.HEAD),
        HttpUtil.isKeepAlive(request));
  }

  private void route(ChannelHandlerContext ctx, FullHttpRequest request, Request plain) {
    ctx.channel().config().setAutoRead(false);
    boolean head = request.method().equals(HttpMethod.HEAD);
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    boolean isOld = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) < 0;
    int number = ++routed;
    limitTime(ctx, endpoint.answerTimeout(), () -> giveUp(ctx, request));
    Thread.startVirtualThread(() -> {
      Response response = answer(plain);
      onLoop(
          ctx,
          () -> {
            if (number == routed && !ctx.isRemoved()) {
              inTime();
              LineSource lines = response.lines();
              if (lines == null || head) {
                write(ctx, response, head, keepAlive);
              } else {
                stream(
                    ctx, new LineStream(ctx, response, lines, isOld, endpoint.handshakeTimeout()));
              }
            }
          });
    });
  }

  /// Sends a response while it is produced. It is the last one of the connection.
  private void stream(ChannelHandlerContext ctx, LineStream stream) {
    stream.begin();
    Thread.startVirtualThread(() -> {
      boolean complete = stream.produce(endpoint.guard());
      onLoop(
          ctx,
          () -> {
            if (ctx.isRemoved()) {
              return;
            }
            if (complete) {
              end(ctx, LastHttpContent.EMPTY_LAST_CONTENT);
            } else {
              ctx.close();
            }
          });
    });
  }

  /// Writes the end of the last response of the connection.
  private void end(ChannelHandlerContext ctx, Object last) {
    LingeringClose.say(ctx, last);
    forgetRequests(ctx.pipeline());
    endpoint.admission().silent(ctx.channel());
  }

  /// On a virtual thread. Never throws.
  private Response answer(Request request) {
    try {
      return endpoint.router().answer(request);
    } catch (Throwable failure) {
      endpoint.guard().caught("the answer to a request", failure);
      return Response.problem(Upgrader.failed());
    }
  }

  private void onLoop(ChannelHandlerContext ctx, Runnable task) {
    try {
      ctx.executor()
          .execute(() -> {
            try {
              task.run();
            } catch (Throwable failure) {
              exceptionCaught(ctx, failure);
            }
          });
    } catch (RejectedExecutionException loopHasEnded) {
      // The loop has ended, and the socket with it.
    }
  }

  /// Abandons a request whose answer may never come: the client is told so, and the connection is
  /// closed.
  private void giveUp(ChannelHandlerContext ctx, FullHttpRequest request) {
    routed++;
    log.warn(
        "Gave up {} {}, which was not answered within {} s. If this repeats, check the load of the"
            + " disk and the machine",
        request.method(),
        rules.path(request),
        endpoint.answerTimeout().toSeconds());
    refuse(
        ctx,
        Response.problem(
            new Refusal(
                ErrorCode.INTERNAL,
                "The request was not answered in time. It is not known whether it took effect.")));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof CodecException) {
      log.debug("Connection lost: {}", cause.getMessage());
    } else {
      endpoint.guard().caught("an HTTP connection", cause);
    }
    ctx.close();
  }

  private void write(
      ChannelHandlerContext ctx, Response response, boolean head, boolean keepAlive) {
    FullHttpResponse out =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
    Router.commonHeaders().forEach(out.headers()::set);
    response.headers().forEach(out.headers()::set);
    if (strictTransport) {
      out.headers().set("Strict-Transport-Security", STRICT_TRANSPORT);
    }
    if (response.status() != 304 && response.status() != 204) {
      out.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    }
    boolean goesOn = keepAlive && !(nothingFollows && waiting.isEmpty());
    HttpUtil.setKeepAlive(out, goesOn);
    if (goesOn) {
      limitTime(ctx, endpoint.handshakeTimeout(), ctx::close);
      ctx.writeAndFlush(out)
          .addListener(sent -> {
            if (sent.isSuccess()) {
              nextInTime(ctx);
            }
          });
    } else {
      end(ctx, out);
    }
  }

  private void refuse(ChannelHandlerContext ctx, Response refusal) {
    endpoint.router().meters().answeredWithoutRoute(refusal.status());
    write(
        ctx,
        reader == null ? refusal : refusal.readableBy(reader),
        /* head= */ false,
        /* keepAlive= */ false);
  }

  private void nextInTime(ChannelHandlerContext ctx) {
    if (wait == 0) {
      next(ctx);
    } else {
      inTime();
      deadline =
          ctx.executor()
              .schedule(() -> next(ctx), Math.min(wait, LONGEST_WAIT_NANOS), TimeUnit.NANOSECONDS);
      wait = 0;
    }
  }

  private void next(ChannelHandlerContext ctx) {
    reader = null;
    answering = false;
    FullHttpRequest request = waiting.poll();
    if (request == null) {
      awaitRequest(ctx);
    } else {
      answer(ctx, request);
    }
  }

  private void awaitRequest(ChannelHandlerContext ctx) {
    endpoint.admission().silent(ctx.channel());
    meter.answered(requests.begun());
    limitTime(ctx, endpoint.handshakeTimeout(), this::tooLate);
    if (!nothingFollows) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  private void limitTime(ChannelHandlerContext ctx, Duration time, Runnable tooLate) {
    inTime();
    deadline = ctx.executor().schedule(tooLate, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void inTime() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
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
