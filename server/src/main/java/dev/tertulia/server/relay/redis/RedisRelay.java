package dev.tertulia.server.relay.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.RedisAddress;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayInbox;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayOutbox;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The relay over Redis or Valkey, by publish and subscribe.
///
/// # Threads
///
/// One thread, the sender, owns the connections: it connects, subscribes, publishes what is queued,
/// and watches. Another one hands to the listener what was received. Both queues are bounded.
///
/// # Links
///
/// A pair of connections is a link. When anything about it is wrong, it is closed, what is queued
/// is dropped, and another link is opened, at the address that is right then. Every frame carries
/// the number of its sender's link, and what arrives of an earlier one is dropped: so a Redis that
/// was stopped delivers nothing late.
///
/// # How an interruption is noticed
///
/// Every [#PING_MILLIS] a link publishes a ping in a channel of its own, to which it is subscribed,
/// and asks whether the server is a master, or its cluster works. No ping for [#SILENCE_MILLIS], a
/// command that is not answered in [RedisConnector#PATIENCE], and a server that is not end it. A
/// replica would accept what is published, and tell it nobody but its own subscribers.
public final class RedisRelay implements Relay {
  private static final Logger log = LoggerFactory.getLogger(RedisRelay.class);

  /// How often a link is probed.
  static final long PING_MILLIS = 1_000;

  /// How long a link may hear nothing of itself.
  static final long SILENCE_MILLIS = 3_000;

  /// From one attempt to connect to the next.
  static final long RETRY_MILLIS = 250;

  /// The most frames that are published at once, and waited for together.
  private static final int LARGEST_BATCH = 512;

  /// The most bytes of such a batch, which a larger frame may exceed.
  private static final int BATCH_BYTES = 1 << 20;

  /// The most channels that one command subscribes to.
  private static final int MOST_SUBSCRIBED_AT_ONCE = 1_000;

  private static final String UNSOUND = "it is not a master, or its cluster does not work";

  /// How long the listener is waited for when the relay is closed.
  private static final long CLOSING_MILLIS = 3_000;

  /// What a relay works with.
  ///
  /// @param address of Redis
  /// @param password of Redis; empty for none
  /// @param authorities file of the certificates (PEM) by which that of Redis is trusted; `null`
  ///   for those that Java trusts
  /// @param prefix of all channels: that of the cluster, if several share a Redis
  /// @param node this node, whose own messages are not received
  public record Settings(
      RedisAddress address,
      String password,
      @Nullable Path authorities,
      String prefix,
      NodeName node) {
    @Override
    public String toString() {
      return "Settings[%s, %s, %s]".formatted(address, prefix, node);
    }
  }

  /// A change of the subscriptions.
  ///
  /// @param confirmed `null` for the end of a subscription
  private record Change(TopicName topic, @Nullable CompletableFuture<Boolean> confirmed) {
    void confirm(boolean inForce) {
      if (confirmed != null) {
        confirmed.complete(inForce);
      }
    }
  }

  private final Settings settings;
  private final EngineGuard guard;
  private final RelayInbox inbox;
  private final RedisConnector connector;
  private final byte[] everyone;
  private final byte[] ping;
  private final RelayOutbox outbox;
  private final Thread sender;

  /// The topics to be subscribed to, and the changes that the link does not know yet. Guarded by
  /// `subscriptions`.
  private final Set<TopicName> subscriptions = new HashSet<>();

  private final Queue<Change> changes = new ArrayDeque<>();

  private volatile boolean open = true;

  /// When the last ping came back. Written by a thread of Lettuce.
  private volatile long heardAt;

  /// Starts a relay. It need not be reached for that.
  ///
  /// @param guard receives failures of the listener
  public RedisRelay(Settings settings, Listener listener, EngineGuard guard) {
    this(settings, listener, QUEUE_BYTES, guard);
  }

  RedisRelay(Settings settings, Listener listener, long queueBytes, EngineGuard guard) {
    this.guard = guard;
    this.settings = settings;
    connector = new RedisConnector(settings.address(), settings.password(), settings.authorities());
    everyone = channel("all");
    // Random, so that a former process of the same name does not answer for this one.
    ping = channel("ping:" + settings.node() + ":" + UUID.randomUUID());
    outbox = new RelayOutbox(queueBytes);
    inbox =
        new RelayInbox(
            settings.node(),
            settings.address().toString(),
            message -> true,
            listener,
            queueBytes,
            guard);
    sender =
        guard.watch(
            Thread.ofPlatform()
                .name("relay-sender")
                .daemon()
                .uncaughtExceptionHandler(guard)
                .unstarted(this::run));
    sender.start();
  }

  private byte[] channel(String name) {
    return (settings.prefix() + name).getBytes(UTF_8);
  }

  private byte[] channel(TopicName topic) {
    return channel(topic.label());
  }

  @Override
  public Sent send(RelayMessage message) {
    return outbox.offer(message);
  }

  @Override
  public CompletableFuture<Boolean> subscribe(TopicName topic) {
    CompletableFuture<Boolean> confirmed = new CompletableFuture<>();
    synchronized (subscriptions) {
      subscriptions.add(topic);
      if (outbox.isConnected()) {
        changes.add(new Change(topic, confirmed));
        return confirmed;
      }
    }
    confirmed.complete(false);
    return confirmed;
  }

  @Override
  public void unsubscribe(TopicName topic) {
    synchronized (subscriptions) {
      subscriptions.remove(topic);
      if (outbox.isConnected()) {
        changes.add(new Change(topic, null));
      }
    }
  }

  @Override
  public Counts counts() {
    return inbox.counts(outbox.sent(), outbox.unsent());
  }

  /// How much is queued in both directions, in bytes.
  long queuedBytes() {
    return outbox.bytes() + inbox.bytes();
  }

  @Override
  public void close() {
    guard.release(sender);
    open = false;
    try {
      sender.join(CLOSING_MILLIS);
      inbox.join(CLOSING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The sender.
  private void run() {
    boolean told = false;
    try {
      while (open) {
        String trouble;
        try (RedisLink opened = connector.open(this::receive)) {
          subscribeAll(opened);
          log.info("The relay is connected to {}", settings.address());
          told = false;
          trouble = serve(opened);
        } catch (TimeoutException e) {
          trouble = "it does not answer";
        } catch (ExecutionException | RuntimeException e) {
          trouble = reason(e);
        }
        disconnect();
        if (open && !told) {
          told = true;
          log.warn(
              "The relay has lost {}: {}. Check that server; until it is back, other nodes are told"
                  + " through the database",
              settings.address(),
              trouble);
        }
        pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
      inbox.end();
      connector.close();
    }
  }

  /// The causes of Lettuce's exceptions say what happened, and contain no secret.
  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  private void pause() throws InterruptedException {
    if (open) {
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    }
  }

  /// Begins a link: first all subscriptions are in force, and only then anything is sent.
  private void subscribeAll(RedisLink opened)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!await(opened.isSound())) {
      throw new IllegalStateException(UNSOUND);
    }
    subscribe(opened, List.of(everyone, ping));
    Set<TopicName> done = new HashSet<>();
    while (true) {
      List<TopicName> missing;
      synchronized (subscriptions) {
        missing = subscriptions.stream().filter(topic -> !done.contains(topic)).toList();
        if (missing.isEmpty()) {
          outbox.begin();
          break;
        }
      }
      subscribe(opened, missing.stream().map(this::channel).toList());
      done.addAll(missing);
    }
    heardAt = System.nanoTime();
    inbox.resumed();
  }

  private static void subscribe(RedisLink opened, List<byte[]> channels)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (int i = 0; i < channels.size(); i += MOST_SUBSCRIBED_AT_ONCE) {
      await(
          opened.subscribe(
              channels.subList(i, Math.min(channels.size(), i + MOST_SUBSCRIBED_AT_ONCE))));
    }
  }

  private static <T> T await(CompletableFuture<T> answer)
      throws InterruptedException, ExecutionException, TimeoutException {
    return answer.get(RedisConnector.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Sends and watches until something is wrong.
  ///
  /// @return what is wrong
  private String serve(RedisLink opened)
      throws InterruptedException, ExecutionException, TimeoutException {
    long pingedAt = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(PING_MILLIS);
    List<RelayOutbox.Frame> taken = new ArrayList<>();
    List<RedisLink.Frame> batch = new ArrayList<>();
    while (open) {
      change(opened);
      outbox.drainTo(taken, LARGEST_BATCH, BATCH_BYTES);
      for (RelayOutbox.Frame each : taken) {
        batch.add(
            new RedisLink.Frame(
                each.topic() == null ? everyone : channel(each.topic()), each.bytes()));
      }
      long now = System.nanoTime();
      boolean probe = now - pingedAt >= TimeUnit.MILLISECONDS.toNanos(PING_MILLIS);
      if (probe) {
        pingedAt = now;
        batch.add(new RedisLink.Frame(ping, new byte[0]));
      }
      if (!batch.isEmpty()) {
        await(opened.publish(batch));
        outbox.sent(taken.size());
        batch.clear();
        taken.clear();
      }
      if (probe && !await(opened.isSound())) {
        return UNSOUND;
      }
      if (!opened.isOpen()) {
        return "the connection was closed";
      }
      if (System.nanoTime() - heardAt > TimeUnit.MILLISECONDS.toNanos(SILENCE_MILLIS)) {
        return "nothing comes back that is published";
      }
    }
    return "the relay is closed";
  }

  private void change(RedisLink opened)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<Change> next;
    synchronized (subscriptions) {
      if (changes.isEmpty()) {
        return;
      }
      next = List.copyOf(changes);
      changes.clear();
    }
    int i = 0;
    try {
      for (; i < next.size(); i++) {
        Change change = next.get(i);
        if (change.confirmed == null) {
          opened.unsubscribe(channel(change.topic));
          continue;
        }
        int end = i + 1;
        while (end < next.size()
            && next.get(end).confirmed != null
            && end - i < MOST_SUBSCRIBED_AT_ONCE) {
          end++;
        }
        await(
            opened.subscribe(
                next.subList(i, end).stream().map(each -> channel(each.topic)).toList()));
        next.subList(i, end).forEach(each -> each.confirm(true));
        i = end - 1;
      }
    } finally {
      next.subList(Math.min(i, next.size()), next.size()).forEach(each -> each.confirm(false));
    }
  }

  /// Ends a link, or an attempt to begin one: whatever waits for it is dropped.
  private void disconnect() {
    List<Change> given;
    boolean was;
    synchronized (subscriptions) {
      was = outbox.isConnected();
      outbox.end();
      given = List.copyOf(changes);
      changes.clear();
    }
    given.forEach(change -> change.confirm(false));
    if (was) {
      inbox.interrupted();
    }
  }

  /// On a thread of Lettuce.
  private void receive(byte[] channel, byte[] frame) {
    if (Arrays.equals(channel, ping)) {
      heardAt = System.nanoTime();
    } else {
      inbox.add(frame);
    }
  }
}
