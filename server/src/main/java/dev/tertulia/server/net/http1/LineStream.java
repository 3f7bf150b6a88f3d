package dev.tertulia.server.net.http1;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.LineSource;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A response that is sent while it is produced: writes its head, and its lines one after the
/// other, so that no more than one line waits in memory.
final class LineStream implements LineSource.Output {
  private static final Logger log = LoggerFactory.getLogger(LineStream.class);
  private static final byte[] LINE_END = {'\n'};

  private final ChannelHandlerContext ctx;
  private final Response response;
  private final LineSource lines;
  private final boolean toOldClient;
  private final Duration patience;

  /// @param toOldClient whether the client does not know chunks: for it, the end of the connection
  ///   is the end of the response
  /// @param patience how long the client may take to read a line
  LineStream(
      ChannelHandlerContext ctx,
      Response response,
      LineSource lines,
      boolean toOldClient,
      Duration patience) {
    this.ctx = ctx;
    this.response = response;
    this.lines = lines;
    this.toOldClient = toOldClient;
    this.patience = patience;
  }

  /// Writes the head. On the loop.
  void begin() {
    HttpResponse head =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
    Router.commonHeaders().forEach(head.headers()::set);
    response.headers().forEach(head.headers()::set);
    head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    HttpUtil.setTransferEncodingChunked(head, !toOldClient);
    ctx.writeAndFlush(head);
  }

  /// Writes all lines. On a virtual thread; never throws.
  ///
  /// @return `false` if the response is incomplete
  boolean produce(EngineGuard guard) {
    try {
      lines.writeTo(this);
      return true;
    } catch (IOException e) {
      log.debug("A response was not sent to its end: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable failure) {
      guard.caught("the lines of a response", failure);
    }
    return false;
  }

  @Override
  public void line(byte[] line) throws IOException {
    CompletableFuture<@Nullable Void> taken = new CompletableFuture<>();
    try {
      ctx.executor().execute(() -> write(line, taken));
      taken.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw new IOException("the server has stopped", e);
    } catch (ExecutionException e) {
      throw new IOException("the client is gone", e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("the client does not read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// On the loop.
  private void write(byte[] line, CompletableFuture<@Nullable Void> taken) {
    ByteBuf bytes = Unpooled.wrappedBuffer(line, LINE_END);
    ctx.writeAndFlush(new DefaultHttpContent(bytes))
        .addListener(sent -> {
          if (sent.isSuccess()) {
            taken.complete(null);
          } else {
            taken.completeExceptionally(sent.cause());
          }
        });
  }
}
