package dev.tertulia.server.relay.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.tertulia.server.model.RedisAddress;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Opens links with Redis. Owns the threads of Lettuce.
///
/// Lettuce by itself waits for a server without a bound, reconnects, and then sends what has queued
/// meanwhile. Here each of these is turned off: a command that is not answered within [#PATIENCE]
/// fails, what has no connection is refused, and a connection that is lost stays lost.
final class RedisConnector implements AutoCloseable {
  /// How long Redis may take to connect and to answer a command.
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /// The most commands that may wait for an answer.
  static final int MOST_COMMANDS = 4096;

  /// The threads of Lettuce for sockets, and for everything else: the fewest that it accepts.
  private static final int THREADS = 2;

  private final ClientResources resources =
      ClientResources.builder()
          .ioThreadPoolSize(THREADS)
          .computationThreadPoolSize(THREADS)
          .build();
  private final RedisClient client;
  private final List<RedisURI> uris;
  private final boolean cluster;

  /// Which of them is next.
  private int next;

  /// @param authorities file of the certificates (PEM) by which that of Redis is trusted; `null`
  ///   for those that Java trusts
  RedisConnector(RedisAddress address, String password, @Nullable Path authorities) {
    uris = RedisUris.of(address, password, PATIENCE);
    cluster = address.cluster();
    client = RedisClient.create(resources);
    client.setOptions(options(authorities));
  }

  private static ClientOptions options(@Nullable Path authorities) {
    SslOptions.Builder tls = SslOptions.builder().jdkSslProvider().handshakeTimeout(PATIENCE);
    if (authorities != null) {
      tls.trustManager(authorities.toFile());
    }
    return ClientOptions.builder()
        .sslOptions(tls.build())
        .autoReconnect(false)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(MOST_COMMANDS)
        .timeoutOptions(TimeoutOptions.builder().timeoutCommands().fixedTimeout(PATIENCE).build())
        .socketOptions(SocketOptions.builder().connectTimeout(PATIENCE).keepAlive(true).build())
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .build();
  }

  /// Opens a link with the next of the servers. Blocks, in bounded time. In a cluster, what is
  /// published at any server reaches the subscribers of all, so one is enough.
  ///
  /// @throws RedisException if there is no connection, or it is refused
  RedisLink open(RedisLink.Receiver receiver) {
    RedisURI uri = uris.get(next);
    next = (next + 1) % uris.size();
    StatefulRedisConnection<byte[], byte[]> out = client.connect(ByteArrayCodec.INSTANCE, uri);
    boolean opened = false;
    try {
      StatefulRedisPubSubConnection<byte[], byte[]> in =
          client.connectPubSub(ByteArrayCodec.INSTANCE, uri);
      opened = true;
      return new Pair(out, in, receiver, cluster);
    } finally {
      if (!opened) {
        out.closeAsync();
      }
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, PATIENCE);
    resources.shutdown(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private record Pair(
      StatefulRedisConnection<byte[], byte[]> out,
      StatefulRedisPubSubConnection<byte[], byte[]> in,
      Receiver receiver,
      boolean cluster)
      implements RedisLink {
    private Pair {
      // What is published is flushed once for all.
      out.setAutoFlushCommands(false);
      in.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(byte[] channel, byte[] frame) {
              receiver.received(channel, frame);
            }
          });
    }

    @Override
    public CompletableFuture<?> publish(List<Frame> frames) {
      CompletableFuture<?>[] all = new CompletableFuture<?>[frames.size()];
      for (int i = 0; i < all.length; i++) {
        Frame frame = frames.get(i);
        all[i] = out.async().publish(frame.channel(), frame.bytes()).toCompletableFuture();
      }
      out.flushCommands();
      return CompletableFuture.allOf(all);
    }

    @Override
    public CompletableFuture<?> subscribe(Collection<byte[]> channels) {
      return in.async().subscribe(channels.toArray(byte[][]::new)).toCompletableFuture();
    }

    @Override
    public void unsubscribe(byte[] channel) {
      in.async().unsubscribe(channel);
    }

    @Override
    public CompletableFuture<Boolean> isSound() {
      CompletableFuture<Boolean> answer =
          cluster
              ? out.async()
                  .clusterInfo()
                  .toCompletableFuture()
                  .thenApply(info -> info.contains("cluster_state:ok"))
              : out.async().role().toCompletableFuture().thenApply(Pair::isMaster);
      out.flushCommands();
      return answer;
    }

    private static boolean isMaster(List<Object> role) {
      return !role.isEmpty()
          && role.getFirst() instanceof byte[] name
          && new String(name, US_ASCII).equals("master");
    }

    @Override
    public boolean isOpen() {
      return out.isOpen() && in.isOpen();
    }

    @Override
    public void close() {
      out.closeAsync();
      in.closeAsync();
    }
  }
}
