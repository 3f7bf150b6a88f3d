package dev.tertulia.server.cluster;

import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayCodec;
import dev.tertulia.server.relay.RelayFormatException;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/// The wire between nodes in one process, which loses, doubles, delays and reorders what it
/// carries, and is cut now and then. For one thread; nothing arrives unless [#step] is called.
final class RelayHub {
  private final RandomGenerator random;
  private final List<Wire> wires = new ArrayList<>();
  private final List<InFlight> inFlight = new ArrayList<>();

  /// How many of a hundred messages are lost, and how many come twice.
  private int lost;

  private int doubled;

  private record InFlight(Wire to, byte[] message) {}

  RelayHub(RandomGenerator random) {
    this.random = random;
  }

  /// From now on it loses and doubles so many of a hundred messages.
  void disturb(int lostOfHundred, int doubledOfHundred) {
    lost = lostOfHundred;
    doubled = doubledOfHundred;
  }

  /// Adds a node, whose wire works.
  Relay join(Relay.Listener listener) {
    Wire wire = new Wire(listener);
    wires.add(wire);
    return wire;
  }

  /// One message arrives, mostly one of the oldest.
  void step() {
    if (inFlight.isEmpty()) {
      return;
    }
    int most = random.nextInt(4) == 0 ? inFlight.size() : Math.min(3, inFlight.size());
    InFlight next = inFlight.remove(random.nextInt(most));
    if (next.to.connected) {
      try {
        next.to.listener.received(RelayCodec.decode(next.message));
      } catch (RelayFormatException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// What is on its way does not arrive.
  void loseAll() {
    inFlight.clear();
  }

  int inFlight() {
    return inFlight.size();
  }

  /// Cuts or repairs the wire of a node.
  void toggle(int node) {
    Wire wire = wires.get(node);
    wire.connected = !wire.connected;
    if (wire.connected) {
      wire.listener.resumed();
    } else {
      wire.listener.interrupted();
    }
  }

  /// Repairs all wires.
  void repair() {
    for (int node = 0; node < wires.size(); node++) {
      if (!wires.get(node).connected) {
        toggle(node);
      }
    }
  }

  private final class Wire implements Relay {
    private final Listener listener;
    private final Set<TopicName> subscriptions = new HashSet<>();
    private boolean connected = true;

    Wire(Listener listener) {
      this.listener = listener;
    }

    @Override
    public Sent send(RelayMessage message) {
      if (!connected) {
        return Sent.DROPPED;
      }
      for (Wire other : wires) {
        TopicName topic = message.topic();
        if (other == this || (topic != null && !other.subscriptions.contains(topic))) {
          continue;
        }
        int copies = random.nextInt(100) < lost ? 0 : random.nextInt(100) < doubled ? 2 : 1;
        for (int i = 0; i < copies; i++) {
          inFlight.add(new InFlight(other, RelayCodec.encode(message)));
        }
      }
      return Sent.QUEUED;
    }

    @Override
    public CompletableFuture<Boolean> subscribe(TopicName topic) {
      subscriptions.add(topic);
      return CompletableFuture.completedFuture(connected);
    }

    @Override
    public void unsubscribe(TopicName topic) {
      subscriptions.remove(topic);
    }

    @Override
    public Counts counts() {
      return new Counts(0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {}
  }
}
