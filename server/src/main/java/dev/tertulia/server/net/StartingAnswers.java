package dev.tertulia.server.net;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.net.http1.StartingHandler;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.net.proxy.ProxyHeader;
import dev.tertulia.server.net.tls.TlsAcceptor;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What sockets get that are accepted while the server starts, before there are [Pipelines]: one
/// answer each. So whoever checks the health of the process is answered during a long migration,
/// and a client is told to come back instead of being refused by the kernel. Safe for any thread.
public final class StartingAnswers {
  /// The maximum number of such sockets; further ones are closed.
  static final int MOST_SOCKETS = 1_000;

  /// The time for a request to arrive and its answer to be read, in seconds.
  private static final int TIMEOUT_SECONDS = 10;

  private final StartingHandler.Answers answers;
  private final AtomicInteger sockets = new AtomicInteger();

  /// @param answers makes the answers, on event loops; must not block
  public StartingAnswers(StartingHandler.Answers answers) {
    this.answers = answers;
  }

  /// Answers with [Response] whatever comes over `socket`, on `loop`.
  void accept(Channel socket, NettyLoop loop, Entrance entrance) {
    if (sockets.incrementAndGet() > MOST_SOCKETS) {
      sockets.decrementAndGet();
      socket.unsafe().closeForcibly();
      return;
    }
    socket.closeFuture().addListener(closed -> sockets.decrementAndGet());
    socket.pipeline().addLast(new Setup(entrance));
    loop.execute(() -> loop.chores().add(() -> loop.register(socket)));
  }

  /// Fills the pipeline of a socket once it is registered.
  private final class Setup extends ChannelInboundHandlerAdapter {
    private final Entrance entrance;

    Setup(Entrance entrance) {
      this.entrance = entrance;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      Channel channel = ctx.channel();
      TlsAcceptor tls = entrance.tls();
      if (tls != null) {
        AddressBlock block = Admission.blockOf(channel);
        if (!tls.begin(channel, block, null)) {
          ctx.close();
          return;
        }
        channel.closeFuture().addListener(closed -> tls.ended(channel));
      }
      if (entrance.proxyHeader()) {
        channel.pipeline().addFirst(new ProxyHeaderSkipper());
      }
      StartingHandler.addTo(channel.pipeline(), answers);
      Future<?> deadline =
          ctx.executor().schedule(() -> ctx.close(), TIMEOUT_SECONDS, TimeUnit.SECONDS);
      channel.closeFuture().addListener(closed -> deadline.cancel(false));
      ctx.pipeline().remove(this);
    }
  }

  /// Skips the header of a proxy, if there is one.
  private static final class ProxyHeaderSkipper extends ByteToMessageDecoder {
    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
      if (!(ProxyHeader.read(in) instanceof ProxyHeader.Incomplete)) {
        ctx.pipeline().remove(this);
      }
    }
  }
}
