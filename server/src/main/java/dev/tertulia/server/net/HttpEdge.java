package dev.tertulia.server.net;

import dev.tertulia.server.connection.Refusals;
import dev.tertulia.server.http.Answer;
import dev.tertulia.server.http.EventStream;
import dev.tertulia.server.http.RawText;
import dev.tertulia.server.http.Request;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Identifier;
import dev.tertulia.server.protocol.Refusal;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection for as long as it speaks HTTP: lets requests in or not, has them answered one
/// after the other on virtual threads, and gives the connection over to WebSocket when that is
/// asked for.
///
/// A request must be whole within the time for handshakes, counted from the moment in which it
/// could begin, and an answer must be taken within as much. Until then nothing more is read;
/// requests that were read together with one that is being answered wait, [#MAX_WAITING] at most.
/// Those behind them are forgotten, and the connection ends with the answer to the last that waits,
/// so that the peer knows which to send again. An answer that is not there within
/// [Edge#answerTimeout] is given up, so that no socket, and no body, is held for ever.
final class HttpEdge extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HttpEdge.class);
  private static final String SOCKET_PATH = "/ws/";
  private static final String HEALTH_PATH = "/health/";

  /// How long nothing is read, at most, of a peer that sends requests too fast.
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// Who finds no room is to come back after so long at least, and twice that at most.
  private static final int RETRY_AFTER_SECONDS = 10;

  /// How many requests may wait that were sent without waiting for an answer.
  static final int MAX_WAITING = 100;

  private final Edge edge;
  private final WholeRequests requests;
  private final RequestMeter meter;
  private final RequestRates.Account rate;
  private final Admission.Neighbours neighbours;
  private final RequestCheck rules;
  private final ArrayDeque<FullHttpRequest> waiting = new ArrayDeque<>(2);
  private @Nullable Future<?> deadline;

  @SuppressWarnings("NullAway.Init") // Set when it is put into its pipeline.
  private ChannelHandlerContext ctx;

  /// How many requests have been routed. An answer to one before the last is of no use any more.
  private int routed;

  /// For how long nothing is to be read once this request is answered, in nanoseconds.
  private long wait;

  /// The other origin of the page that asks, if it may read what it is answered.
  private @Nullable String reader;

  private boolean answering;
  private boolean nothingFollows;

  /// Whether requests were forgotten because too many waited.
  private boolean overrun;

  /// @param inputs of the loop of `channel`
  /// @param requests makes the requests whole
  HttpEdge(
      Edge edge,
      Channel channel,
      PartialInputs inputs,
      WholeRequests requests,
      Admission.Neighbours neighbours,
      boolean inputEnded) {
    this.edge = edge;
    this.requests = requests;
    rate = edge.requestRates().open(Admission.blockOf(channel), System.nanoTime());
    meter = new RequestMeter(inputs, channel, this::noRoomForRequest);
    this.neighbours = neighbours;
    nothingFollows = inputEnded;
    rules = new RequestCheck(edge.gate());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    this.ctx = ctx;
    awaitRequest(ctx);
  }

  /// Counts what arrives; to be the first in the pipeline.
  RequestMeter meter() {
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

  /// Says that the request took too long. Where there is none there is nothing to answer: what is
  /// said to a connection that is kept for the next request would be taken for the answer to that.
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
    edge.admission().notSilent(ctx.channel());
    try {
      reader = rules.reader(request);
      Response refusal = rules.check(request);
      String path = RequestCheck.path(request);
      if (refusal != null) {
        refuse(ctx, refusal);
      } else if (!meter.whole()) {
        refuse(ctx, tooManyRequests());
      } else if (isTooFast(request, path)) {
        refuseExcess(ctx, request);
      } else if (path.startsWith(SOCKET_PATH)) {
        upgrade(ctx, request, RawText.decode(path.substring(SOCKET_PATH.length())));
      } else {
        route(ctx, request);
      }
    } finally {
      request.release();
    }
  }

  /// Takes note of a request. Whether the server is well may always be asked.
  private boolean isTooFast(FullHttpRequest request, String path) {
    wait =
        path.startsWith(HEALTH_PATH)
            ? 0
            : Math.max(0, rate.request(request.content().readableBytes(), System.nanoTime()));
    return wait > 0;
  }

  /// The connection goes on, and reads no more for the time that it is told to wait, or a second.
  private void refuseExcess(ChannelHandlerContext ctx, FullHttpRequest request) {
    ctx.channel().config().setAutoRead(false);
    long seconds = Math.ceilDiv(wait, TimeUnit.SECONDS.toNanos(1));
    write(
        ctx,
        Response.problem(
                new Refusal(
                    ErrorCode.RATE_LIMITED,
                    "Too many requests, or too many bytes, in too short a time. Send the request again later."))
            .with("Retry-After", String.valueOf(seconds)),
        request.method().equals(HttpMethod.HEAD),
        HttpUtil.isKeepAlive(request));
  }

  private void route(ChannelHandlerContext ctx, FullHttpRequest request) {
    ctx.channel().config().setAutoRead(false);
    boolean head = request.method().equals(HttpMethod.HEAD);
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    HttpHeaders headers = request.headers();
    Request plain =
        new Request(
            request.method().name(),
            RequestCheck.path(request),
            RequestCheck.query(request),
            name -> RequestCheck.header(headers, name),
            ByteBufUtil.getBytes(request.content()));
    int number = ++routed;
    limitTime(ctx, edge.answerTimeout(), () -> giveUp(ctx, plain));
    Thread.startVirtualThread(() -> {
      Answer answer = answer(plain);
      onLoop(
          ctx,
          () -> {
            if (number == routed && !ctx.isRemoved()) {
              inTime();
              switch (answer) {
                case Response response -> write(ctx, response, head, keepAlive);
                case EventStream stream -> stream(ctx, stream);
              }
            }
          });
    });
  }

  /// On a virtual thread. Never throws.
  private Answer answer(Request request) {
    try {
      return edge.router().answer(request);
    } catch (Throwable failure) {
      edge.guard().caught("the answer to a request", failure);
      return Response.problem(
          new Refusal(ErrorCode.INTERNAL, "Internal server error. The server log has the cause."));
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
      // And with it the socket.
    }
  }

  /// Nobody knows whether the answer will ever come: who asked is told so, and let go.
  private void giveUp(ChannelHandlerContext ctx, Request request) {
    routed++;
    log.warn(
        "Gave up {} {}, which was not answered within {} s",
        request.method(),
        request.rawPath(),
        edge.answerTimeout().toSeconds());
    refuse(
        ctx,
        Response.problem(
            new Refusal(
                ErrorCode.INTERNAL,
                "The request was not answered in time. It is not known whether it took effect.")));
  }

  /// Gives the connection over to a stream. What the client has sent behind its request is of no
  /// use any more.
  private void stream(ChannelHandlerContext ctx, EventStream stream) {
    if (ctx.isRemoved() || !ctx.channel().isActive()) {
      return;
    }
    if (!edge.isAccepting()) {
      refuse(ctx, stopping());
      return;
    }
    Refusals noRoom = neighbours.openWebSocket();
    if (noRoom != null) {
      refuse(ctx, noRoom(noRoom.add()));
      return;
    }
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    Router.commonHeaders().forEach(head.headers()::set);
    stream.headers().forEach(head.headers()::set);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set("X-Accel-Buffering", "no") // nginx would keep events back.
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    ctx.write(head);
    Channel channel = ctx.channel();
    edge.toStream(channel, stream, neighbours);
    channel.flush();
  }

  private static Response stopping() {
    return Response.problem(new Refusal(ErrorCode.UNAVAILABLE, "The server is stopping."));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof CodecException) {
      log.debug("Connection lost: {}", cause.getMessage());
    } else {
      edge.guard().caught("an HTTP connection", cause);
    }
    ctx.close();
  }

  /// @param name the client's id as the address has it; `null` if that is not text
  private void upgrade(ChannelHandlerContext ctx, FullHttpRequest request, @Nullable String name) {
    String client = name == null ? "" : name;
    Response refusal = Handshake.check(request);
    if (refusal == null && !Identifier.isValid(client)) {
      refusal =
          RequestCheck.problem(
              400,
              "A client id must have 1 to 128 characters: ASCII letters, digits or _-.:@=+|~. It must not be '.' or '..'.");
    }
    if (refusal == null && new ClientId(client).isReserved()) {
      refusal =
          RequestCheck.problem(
              400,
              "The client id '%s' is reserved: ids that begin with '~' belong to the server. Choose another one."
                  .formatted(client));
    }
    if (refusal == null && !edge.isAccepting()) {
      refusal = stopping();
    }
    if (refusal == null && !waiting.isEmpty()) {
      refusal = RequestCheck.problem(400, "No data may follow a handshake before it is answered.");
    }
    if (refusal != null) {
      refuse(ctx, refusal);
      return;
    }
    Refusals noRoom = neighbours.openWebSocket();
    if (noRoom != null) {
      refuse(ctx, noRoom(noRoom.add()));
      return;
    }
    ProtocolOffer protocol = ProtocolOffer.of(request);
    Sessions sessions = edge.sessions();
    String subprotocol =
        protocol.subprotocol() && sessions.speaksFull(protocol) ? ProtocolOffer.FULL : null;
    PerMessageDeflate agreed =
        sessions.agreeToCompression(protocol) ? Handshake.compression(request) : null;
    // The answer leaves when all is ready: whoever has it misses nothing that is said from then on.
    ctx.write(Handshake.accept(request, subprotocol, agreed));
    Channel channel = ctx.channel();
    edge.toWebSocket(
        channel, new ClientId(client), sessions.of(protocol, agreed), agreed != null, neighbours);
    channel.flush();
  }

  /// @param count how many have been refused: it spreads their next tries over time
  private static Response noRoom(int count) {
    return Response.problem(
            new Refusal(ErrorCode.UNAVAILABLE, "The server has reached its connection limit."))
        .with("Retry-After", String.valueOf(RETRY_AFTER_SECONDS + count % RETRY_AFTER_SECONDS));
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
    if (response.status() != 304 && response.status() != 204) {
      out.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    }
    boolean goesOn = keepAlive && !(nothingFollows && waiting.isEmpty());
    HttpUtil.setKeepAlive(out, goesOn);
    if (goesOn) {
      limitTime(ctx, edge.handshakeTimeout(), ctx::close);
      ctx.writeAndFlush(out)
          .addListener(sent -> {
            if (sent.isSuccess()) {
              nextInTime(ctx);
            }
          });
    } else {
      Farewell.say(ctx, out);
      Edge.forgetRequests(ctx.pipeline());
      edge.admission().silent(ctx.channel());
    }
  }

  private void refuse(ChannelHandlerContext ctx, Response refusal) {
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
    edge.admission().silent(ctx.channel());
    meter.answered(requests.begun());
    limitTime(ctx, edge.handshakeTimeout(), this::tooLate);
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
}
