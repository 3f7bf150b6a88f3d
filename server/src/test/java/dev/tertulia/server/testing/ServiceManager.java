package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The receiving end of `sd_notify(3)`, as a service manager has it: a real Unix datagram socket.
public final class ServiceManager implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final LinkedBlockingQueue<List<String>> messages = new LinkedBlockingQueue<>();
  private final List<String> all = new ArrayList<>();

  /// @param address as in `NOTIFY_SOCKET`: a path, or a name after `@`
  public ServiceManager(String address) {
    String path = address.startsWith("@") ? "\0" + address.substring(1) : address;
    new Bootstrap()
        .group(group)
        .channel(EpollDomainDatagramChannel.class)
        .handler(
            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
              @Override
              protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                String text = packet.content().toString(StandardCharsets.UTF_8);
                messages.add(text.lines().toList());
              }
            })
        .bind(new DomainSocketAddress(path))
        .syncUninterruptibly();
  }

  /// The next message, as lines.
  public List<String> next() {
    try {
      List<String> next = messages.poll(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(next).as("a message after %s", all).isNotNull();
      all.addAll(next);
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// The first of the next messages that has a line with that beginning; those before it are
  /// forgotten.
  public List<String> next(String beginning) {
    while (true) {
      List<String> message = next();
      if (message.stream().anyMatch(line -> line.startsWith(beginning))) {
        return message;
      }
    }
  }

  /// Whether any message so far, which was taken or has come, has a line with that beginning.
  public boolean hasHeard(String beginning) {
    for (List<String> more = messages.poll(); more != null; more = messages.poll()) {
      all.addAll(more);
    }
    return all.stream().anyMatch(line -> line.startsWith(beginning));
  }

  /// Forgets all messages that were taken.
  public void forget() {
    all.clear();
  }

  /// The value of the line that begins with `name=`.
  public static String value(List<String> message, String name) {
    return message.stream()
        .filter(line -> line.startsWith(name + "="))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + message));
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
