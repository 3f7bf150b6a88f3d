package dev.tertulia.server.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.relay.Relay.Sent;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Signals;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// One node's relay, and what it heard.
///
/// @param <R> its kind
public class RelayPeer<R extends Relay> implements Relay.Listener, AutoCloseable {
  public final NodeName name;
  public final R relay;
  private final List<String> ends = Collections.synchronizedList(new ArrayList<>());
  public final EngineGuard guard = new EngineGuard(ends::add);
  public final List<RelayMessage> heard = Collections.synchronizedList(new ArrayList<>());
  public final List<String> states = Collections.synchronizedList(new ArrayList<>());

  /// Keeps the listener waiting.
  public volatile CountDownLatch gate = new CountDownLatch(0);

  /// Makes a relay.
  protected interface Maker<R> {
    R make(NodeName node, Relay.Listener listener, EngineGuard guard);
  }

  protected RelayPeer(String name, Maker<R> maker) {
    this.name = new NodeName(name);
    relay = maker.make(this.name, this, guard);
  }

  @Override
  public void received(RelayMessage message) {
    try {
      assertThat(gate.await(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    heard.add(message);
    if (message instanceof RelayMessage.Revocation) {
      throw new AssertionError("on purpose");
    }
  }

  @Override
  public void interrupted() {
    states.add("interrupted");
  }

  @Override
  public void resumed() {
    states.add("resumed");
  }

  protected RelayPeer<R> until(String... expected) {
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() -> assertThat(states).containsExactly(expected));
    return this;
  }

  public void subscribe(TopicName topic) {
    assertThat(relay.subscribe(topic).orTimeout(30, TimeUnit.SECONDS).join()).isTrue();
  }

  /// A message to all.
  public RelayMessage message(long number) {
    return new RelayMessage.Disconnect(
        new Origin(name, 1, 7, number), number, new ClientId("ana"), 4000);
  }

  public Signals about(TopicName topic, long number) {
    return about(topic, number, 10);
  }

  public Signals about(TopicName topic, long number, int bytes) {
    return new Signals(
        new Origin(name, 1, 7, number),
        topic,
        List.of(new Signals.Signal(null, 2, new byte[bytes])));
  }

  public RelayMessage sends(RelayMessage message) {
    assertThat(relay.send(message)).isEqualTo(Sent.QUEUED);
    return message;
  }

  public void heard(List<RelayMessage> messages) {
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() -> assertThat(heard).containsExactlyElementsOf(messages));
  }

  @Override
  public void close() {
    relay.close();
    assertThat(ends).isEmpty();
  }
}
