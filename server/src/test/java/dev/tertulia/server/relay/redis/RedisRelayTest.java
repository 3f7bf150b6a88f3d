package dev.tertulia.server.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.model.RedisAddress;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.Relay.Sent;
import dev.tertulia.server.relay.RelayCodec;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayPeer;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Relays of two nodes over a real Redis, and what becomes of them when it fails.
@Tag("system")
final class RedisRelayTest {
  private static final TopicName PLAZA = TopicName.room(new RoomName("plaza"));
  private static final TopicName PATIO = TopicName.room(new RoomName("patio"));

  @TempDir private Path folder;

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private static final class Node extends RelayPeer<RedisRelay> {
    Node(String name, String address, String password, long queueBytes) {
      super(
          name,
          (node, listener, guard) ->
              new RedisRelay(
                  new RedisRelay.Settings(
                      RedisAddress.of(address), password, null, "tertulia:", node),
                  listener,
                  queueBytes,
                  guard));
    }

    @Override
    protected Node until(String... expected) {
      super.until(expected);
      return this;
    }
  }

  private Redis redis(String... options) {
    Redis redis = new Redis(folder, options);
    opened.add(redis);
    return redis;
  }

  private Node node(String name, Redis redis) {
    return node(name, redis.address(), "", Relay.QUEUE_BYTES);
  }

  private Node node(String name, String address, String password, long queueBytes) {
    Node node = new Node(name, address, password, queueBytes);
    opened.add(node);
    return node;
  }

  @Test
  void messagesReachTheOtherNodesThatTheyConcern() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    a.subscribe(PLAZA);
    b.subscribe(PLAZA);
    a.sends(a.about(PATIO, 1));
    RelayMessage second = a.sends(a.about(PLAZA, 2));
    RelayMessage third = a.sends(a.message(3));
    b.heard(List.of(second, third));
    b.relay.unsubscribe(PLAZA);
    b.subscribe(PATIO);
    a.sends(a.about(PLAZA, 4));
    RelayMessage fifth = a.sends(a.about(PATIO, 5));
    b.heard(List.of(second, third, fifth));
    assertThat(a.heard).as("its own messages").isEmpty();
    assertThat(a.relay.counts()).isEqualTo(new Relay.Counts(5, 0, 0, 0, 0, 0));
    assertThat(b.relay.counts()).isEqualTo(new Relay.Counts(0, 3, 0, 0, 0, 0));
  }

  @Test
  void nothingIsLostAfterASubscriptionIsConfirmed() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    List<RelayMessage> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      TopicName topic = TopicName.room(new RoomName("room-" + i));
      b.subscribe(topic);
      all.add(a.sends(a.about(topic, i)));
    }
    b.heard(all);
  }

  @Test
  void anOlderRedisServes() {
    Redis redis = Redis.older(folder);
    opened.add(redis);
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    b.subscribe(PLAZA);
    b.heard(List.of(a.sends(a.about(PLAZA, 1))));
  }

  @Test
  void aKilledRedisIsFoundAgainAndNothingIsSentMeanwhile() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    b.subscribe(PLAZA);
    redis.kill();
    a.until("resumed", "interrupted");
    b.until("resumed", "interrupted");
    assertThat(a.relay.send(a.about(PLAZA, 1))).isEqualTo(Sent.DROPPED);
    assertThat(b.relay.subscribe(PATIO).join()).as("in force").isFalse();
    b.relay.unsubscribe(PLAZA);
    redis.start();
    a.until("resumed", "interrupted", "resumed");
    b.until("resumed", "interrupted", "resumed");
    a.sends(a.about(PLAZA, 2));
    b.heard(List.of(a.sends(a.about(PATIO, 3))));
    assertThat(a.relay.counts().unsent()).isEqualTo(1);
  }

  @Test
  void aRedisThatIsThereLaterIsFound() {
    Redis redis = redis();
    redis.kill();
    Node a = node("a", redis);
    assertThat(a.relay.send(a.message(1))).isEqualTo(Sent.DROPPED);
    redis.start();
    a.until("resumed");
  }

  @Test
  void aFrozenRedisIsNoticedMemoryStaysFlatAndNothingArrivesLate() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    b.subscribe(PLAZA);
    redis.pause();
    // Far more than would be kept, until it is noticed.
    long number = 0;
    while (!a.states.contains("interrupted")) {
      a.relay.send(a.about(PLAZA, ++number, 10_000));
      assertThat(a.relay.queuedBytes()).isLessThanOrEqualTo(2 * Relay.QUEUE_BYTES);
    }
    a.until("resumed", "interrupted");
    b.until("resumed", "interrupted");
    assertThat(a.relay.send(a.about(PLAZA, ++number, 10_000))).isEqualTo(Sent.DROPPED);
    assertThat(a.relay.queuedBytes()).as("but one that met the end").isLessThan(20_000);
    redis.resume();
    a.until("resumed", "interrupted", "resumed");
    b.until("resumed", "interrupted", "resumed");
    RelayMessage fresh = a.sends(a.about(PLAZA, ++number));
    await().atMost(TestServer.PATIENCE).until(() -> b.heard.contains(fresh));
    assertThat(b.heard).as("nothing that was sent before").containsExactly(fresh);
  }

  @Test
  void aFlushedRedisStillRelays() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    b.subscribe(PLAZA);
    assertThat(redis.say("FLUSHALL")).isEqualTo("+OK");
    b.heard(List.of(a.sends(a.about(PLAZA, 1))));
  }

  @Test
  void killedConnectionsAreReplaced() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    b.subscribe(PLAZA);
    assertThat(redis.say("CLIENT KILL TYPE pubsub")).isEqualTo(":2");
    b.until("resumed", "interrupted", "resumed");
    a.until("resumed", "interrupted", "resumed");
    b.heard(List.of(a.sends(a.about(PLAZA, 1))));
  }

  /// It accepts what is published, and tells it only to its own subscribers: a ping through it
  /// comes back.
  @Test
  void aDemotedRedisIsLeft() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    assertThat(redis.say("REPLICAOF 127.0.0.1 1")).isEqualTo("+OK");
    await().atMost(TestServer.PATIENCE).until(() -> a.states.contains("interrupted"));
    assertThat(redis.say("REPLICAOF NO ONE")).isEqualTo("+OK");
    await().atMost(TestServer.PATIENCE).until(() -> a.relay.send(a.message(1)) == Sent.QUEUED);
  }

  @Test
  @Tag("long")
  void afterAFailoverTheNewMasterIsUsed() {
    Redis master = redis();
    Redis replica = redis("--replicaof", "127.0.0.1", String.valueOf(master.port()));
    Redis sentinel = Redis.sentinel(folder, master);
    opened.add(sentinel);
    await().atMost(TestServer.PATIENCE).until(() -> master.say("WAIT 1 100").equals(":1"));
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> sentinel.say("SENTINEL REPLICAS tertulia").equals("*1"));
    String address = "redis-sentinel://127.0.0.1:%s#tertulia".formatted(sentinel.port());
    Node a = node("a", address, "", Relay.QUEUE_BYTES).until("resumed");
    Node b = node("b", address, "", Relay.QUEUE_BYTES).until("resumed");
    b.subscribe(PLAZA);
    // The master fails; it is replaced while it does not answer.
    master.pause();
    isHeardThrough(replica, a, b, 1);
    // And comes back as a replica; then both change places while both answer.
    master.resume();
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> sentinel.say("SENTINEL FAILOVER tertulia").equals("+OK"));
    isHeardThrough(master, a, b, 2);
  }

  /// `a` is heard by `b` again, through `redis`.
  private static void isHeardThrough(Redis redis, Node a, Node b, long number) {
    await()
        .atMost(TestServer.PATIENCE)
        .until(() ->
            redis.say("PUBSUB NUMSUB tertulia:room:plaza").equals("*2")
                && redis.say("PUBLISH tertulia:room:plaza x").equals(":1"));
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          a.relay.send(a.about(PLAZA, number));
          return b.heard.contains(a.about(PLAZA, number));
        });
  }

  @Test
  void nodesMeetInAClusterAndLeaveAServerOfItThatFails() {
    Redis first = Redis.cluster(folder);
    opened.add(first);
    Redis second = Redis.cluster(folder, first);
    opened.add(second);
    String pattern = "redis-cluster://127.0.0.1:%s,127.0.0.1:%s";
    Node a =
        node("a", pattern.formatted(first.port(), second.port()), "", Relay.QUEUE_BYTES)
            .until("resumed");
    Node b = node("b", pattern.formatted(second.port(), first.port()), "", Relay.QUEUE_BYTES);
    await().atMost(TestServer.PATIENCE).until(() -> b.states.contains("resumed"));
    b.subscribe(PLAZA);
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          a.relay.send(a.about(PLAZA, 1));
          return !b.heard.isEmpty();
        });
    second.kill();
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          a.relay.send(a.about(PLAZA, 2));
          return b.heard.contains(a.about(PLAZA, 2));
        });
  }

  /// As at a master that nobody reaches any more: commands are answered, and nothing arrives.
  @Test
  void aSubscriptionThatFallsSilentIsReplaced() {
    Redis redis = redis();
    MutingProxy proxy = new MutingProxy(redis.port());
    opened.add(proxy);
    Node a = node("a", redis).until("resumed");
    Node b = node("b", proxy.address(), "", Relay.QUEUE_BYTES).until("resumed");
    b.subscribe(PLAZA);
    proxy.mute(true);
    await().atMost(TestServer.PATIENCE).until(() -> b.states.contains("interrupted"));
    proxy.mute(false);
    await().atMost(TestServer.PATIENCE).until(() -> b.states.getLast().equals("resumed"));
    RelayMessage fresh = a.sends(a.about(PLAZA, 1));
    b.heard(List.of(fresh));
    assertThat(a.states).containsExactly("resumed");
  }

  /// Redis cuts a subscriber that does not read.
  @Test
  void aSlowListenerCostsMessagesButNeverTheConnection() {
    Redis redis = redis("--client-output-buffer-limit", "pubsub", "256kb", "128kb", "1");
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis.address(), "", 100_000).until("resumed");
    b.subscribe(PLAZA);
    b.gate = new CountDownLatch(1);
    int messages = 1_500;
    for (int i = 0; i < messages; i++) {
      a.sends(a.about(PLAZA, i, 10_000));
      if (i % 20 == 19) {
        // Those before have reached it.
        long least = i - 19L;
        await().atMost(TestServer.PATIENCE).until(() -> b.relay.counts().unheard() >= least);
      }
    }
    await().atMost(TestServer.PATIENCE).until(() -> b.relay.counts().unheard() >= messages - 20);
    b.gate.countDown();
    RelayMessage last = a.sends(a.about(PLAZA, messages));
    await().atMost(TestServer.PATIENCE).until(() -> b.heard.contains(last));
    Relay.Counts counts = b.relay.counts();
    assertThat(counts.received() + counts.unheard()).isEqualTo(messages + 1);
    assertThat(b.states).containsExactly("resumed");
  }

  @Test
  void whatANodeSentBeforeItsLastStartIsIgnored() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    RelayMessage first = a.sends(a.message(1));
    a.sends(new RelayMessage.Revocation(new Origin(a.name, 0, 7, 2), 2));
    RelayMessage third = a.sends(a.message(3));
    b.heard(List.of(first, third));
    assertThat(b.relay.counts().stale()).isEqualTo(1);
  }

  @Test
  void afterAFailureOfTheListenerItHearsTheNextMessage() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    Node b = node("b", redis).until("resumed");
    RelayMessage bad = a.sends(new RelayMessage.Revocation(new Origin(a.name, 1, 7, 1), 1));
    RelayMessage good = a.sends(a.message(2));
    b.heard(List.of(bad, good));
    assertThat(b.guard.survived()).isEqualTo(1);
  }

  @Test
  void whatIsTooLargeIsDropped() {
    Redis redis = redis();
    Node a = node("a", redis).until("resumed");
    assertThat(a.relay.send(a.about(PLAZA, 1, RelayCodec.MOST_BYTES))).isEqualTo(Sent.DROPPED);
    assertThat(a.relay.counts().unsent()).isEqualTo(1);
  }

  @Test
  void whatNobodySentIsCountedAndIgnored() {
    Redis redis = redis();
    Node b = node("b", redis).until("resumed");
    assertThat(redis.say("PUBLISH tertulia:all hola")).isEqualTo(":1");
    assertThat(redis.say("PUBLISH tertulia:all hola-a-todas-las-demás")).isEqualTo(":1");
    await().atMost(TestServer.PATIENCE).until(() -> b.relay.counts().malformed() == 2);
    assertThat(b.heard).isEmpty();
  }

  @Test
  void thePasswordIsUsed() {
    Redis redis = redis("--requirepass", "secret");
    Node a = node("a", redis.address(), "secret", Relay.QUEUE_BYTES).until("resumed");
    a.sends(a.message(1));
    Node b = node("b", redis.address(), "wrong", Relay.QUEUE_BYTES);
    assertThat(b.relay.subscribe(PLAZA).join()).isFalse();
    a.sends(a.message(2));
    assertThat(b.states).isEmpty();
  }
}
