package dev.tertulia.server.cluster;

import dev.tertulia.server.connection.OtherNodes;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Presence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Which clients are on the other nodes, as these last said: they repeat it, all of it, and tell
/// changes at once. Safe for any thread.
///
/// A node is there as long as something is heard of it, over the relay or in the database. After
/// [#DEAD] of silence it is dead: its clients leave their rooms, once on each node that is left,
/// and no longer count.
public final class RemoteClients implements OtherNodes {
  /// After this long without a sign of a node it is dead.
  static final long DEAD = TimeUnit.SECONDS.toNanos(10);

  /// After this long without a message of a node it is missing in answers.
  static final long SILENT = TimeUnit.SECONDS.toNanos(2);

  /// Is told what becomes of clients in rooms.
  interface Rooms {
    /// A node says how many connections of a client are in a room.
    ///
    /// @param connections 0 for none any more
    /// @return how many clients are left, if this was the last connection of the client in the
    ///   room, of all nodes; -1 if not
    int told(NodeName node, RoomName room, ClientId client, String name, int connections);
  }

  /// Is told of a client that has left a room with a node that died.
  interface Departed {
    /// It has left, with its last connection.
    ///
    /// @param left how many clients are left in the room
    void departed(RoomName room, ClientId client, int left);
  }

  /// A client in a room, or altogether.
  private record Key(@Nullable RoomName room, ClientId client) {}

  /// What counts towards the limits of a client.
  private record Held(int connections, int rooms) {
    Held plus(Key key, int more) {
      return key.room == null
          ? new Held(connections + more, rooms)
          : new Held(connections, rooms + more);
    }
  }

  /// A client that has left a room with its node.
  private record Left(RoomName room, ClientId client, int left) {}

  /// What one node says.
  private static final class Node {
    private final long incarnation;
    private final Map<Key, Presence.Stay> stays = new HashMap<>();

    /// When something was heard over the relay, and when it was last seen anywhere.
    private long heardAt;

    private long seenAt;
    private boolean heard;
    private boolean reported;

    /// The report of which parts are missing, the parts that are there, and changes after it.
    private long collecting = -1;

    private final Set<Integer> parts = new HashSet<>();
    private final Map<Key, Presence.Stay> collected = new HashMap<>();
    private final Map<Key, Presence.Stay> changes = new HashMap<>();

    Node(long incarnation, long now) {
      this.incarnation = incarnation;
      heardAt = now - SILENT;
      seenAt = now;
    }
  }

  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<ClientId, Held> held = new ConcurrentHashMap<>();

  /// Guarded by `this`, as is all below.
  private final Map<NodeName, Node> nodes = new HashMap<>();

  /// What is to be told once the lock is released.
  private final List<Left> left = new ArrayList<>();

  private Rooms rooms = (node, room, client, name, connections) -> -1;
  private volatile Departed departed = (room, client, left) -> {};
  private Runnable appeared = () -> {};
  private volatile Consumer<ClientId> changed = client -> {};

  public RemoteClients(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Sets who is told, before anything is received.
  ///
  /// @param toldAppeared runs when a node is heard for the first time; must not block
  /// @param toldChanged receives clients whose connections on this node have changed; must not
  ///   block
  synchronized void begin(
      Rooms toldRooms,
      Departed toldDeparted,
      Runnable toldAppeared,
      Consumer<ClientId> toldChanged) {
    rooms = toldRooms;
    departed = toldDeparted;
    appeared = toldAppeared;
    changed = toldChanged;
  }

  @Override
  public void changed(ClientId client) {
    changed.accept(client);
  }

  /// A message of another node. May wait for the loops.
  void received(RelayMessage message) {
    note(message);
    tellDeparted();
  }

  private synchronized void note(RelayMessage message) {
    Origin origin = message.origin();
    Node node = node(origin.node(), origin.incarnation());
    if (node == null) {
      return;
    }
    boolean isNew = !node.heard;
    node.heard = true;
    long now = nanoTime.getAsLong();
    node.heardAt = now;
    node.seenAt = now;
    if (message instanceof Presence presence) {
      told(origin.node(), node, presence);
    }
    if (isNew) {
      appeared.run();
    }
  }

  /// A node has said in the database that it is there. May wait for the loops.
  void seen(NodeName name, long incarnation) {
    synchronized (this) {
      Node node = node(name, incarnation);
      if (node != null) {
        node.seenAt = nanoTime.getAsLong();
      }
    }
    tellDeparted();
  }

  /// Without the lock, which loops take, too.
  private void tellDeparted() {
    List<Left> all;
    synchronized (this) {
      if (left.isEmpty()) {
        return;
      }
      all = List.copyOf(left);
      left.clear();
    }
    all.forEach(each -> departed.departed(each.room, each.client, each.left));
  }

  /// @return `null` for an earlier start of the node
  private @Nullable Node node(NodeName name, long incarnation) {
    Node known = nodes.get(name);
    if (known != null && known.incarnation > incarnation) {
      return null;
    }
    if (known == null || known.incarnation < incarnation) {
      if (known != null) {
        clear(name, known);
      }
      known = new Node(incarnation, nanoTime.getAsLong());
      nodes.put(name, known);
    }
    return known;
  }

  private void told(NodeName name, Node node, Presence presence) {
    if (presence.parts() == 0) {
      for (Presence.Stay stay : presence.stays()) {
        Key key = new Key(stay.room(), stay.client());
        apply(name, node, key, stay);
        if (node.collecting >= 0) {
          node.changes.put(key, stay);
        }
      }
      return;
    }
    if (node.collecting != presence.round()) {
      node.collecting = presence.round();
      node.parts.clear();
      node.collected.clear();
      node.changes.clear();
    }
    node.parts.add(presence.part());
    presence.stays().forEach(stay -> node.collected.put(new Key(stay.room(), stay.client()), stay));
    if (node.parts.size() == presence.parts()) {
      node.collected.putAll(node.changes);
      for (Map.Entry<Key, Presence.Stay> gone : List.copyOf(node.stays.entrySet())) {
        if (!node.collected.containsKey(gone.getKey())) {
          apply(name, node, gone.getKey(), none(gone.getValue()));
        }
      }
      node.collected.forEach((key, stay) -> apply(name, node, key, stay));
      node.collecting = -1;
      node.collected.clear();
      node.changes.clear();
      node.reported = true;
    }
  }

  private static Presence.Stay none(Presence.Stay stay) {
    return new Presence.Stay(stay.room(), stay.client(), stay.name(), 0);
  }

  /// @return how many clients are left in the room if the client has left it; -1 if not
  private int apply(NodeName name, Node node, Key key, Presence.Stay stay) {
    Presence.Stay before =
        stay.connections() == 0 ? node.stays.remove(key) : node.stays.put(key, stay);
    int more = stay.connections() - (before == null ? 0 : before.connections());
    if (more == 0) {
      return -1;
    }
    held.compute(
        key.client,
        (client, known) -> {
          Held now = (known == null ? new Held(0, 0) : known).plus(key, more);
          return now.connections == 0 && now.rooms == 0 ? null : now;
        });
    return key.room == null
        ? -1
        : rooms.told(name, key.room, key.client, stay.name(), stay.connections());
  }

  private void clear(NodeName name, Node node) {
    for (Map.Entry<Key, Presence.Stay> stay : List.copyOf(node.stays.entrySet())) {
      Key key = stay.getKey();
      int rest = apply(name, node, key, none(stay.getValue()));
      if (rest >= 0 && key.room != null) {
        left.add(new Left(key.room, key.client, rest));
      }
    }
  }

  /// Removes nodes that are dead. May wait for the loops.
  void look() {
    bury();
    tellDeparted();
  }

  private synchronized void bury() {
    long now = nanoTime.getAsLong();
    for (Iterator<Map.Entry<NodeName, Node>> all = nodes.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<NodeName, Node> each = all.next();
      if (now - each.getValue().seenAt >= DEAD) {
        clear(each.getKey(), each.getValue());
        all.remove();
      }
    }
  }

  /// All nodes that are there.
  synchronized List<NodeName> nodes() {
    return sorted(new ArrayList<>(nodes.keySet()));
  }

  /// The nodes that are there and have not said who is on them, or are silent now.
  synchronized List<NodeName> missing() {
    long now = nanoTime.getAsLong();
    List<NodeName> missing = new ArrayList<>();
    nodes.forEach((name, node) -> {
      if (!node.reported || now - node.heardAt >= SILENT) {
        missing.add(name);
      }
    });
    return sorted(missing);
  }

  private static List<NodeName> sorted(List<NodeName> names) {
    names.sort(Comparator.comparing(NodeName::value));
    return names;
  }

  @Override
  public int connections(ClientId client) {
    Held known = held.get(client);
    return known == null ? 0 : known.connections;
  }

  @Override
  public int joinedRooms(ClientId client) {
    Held known = held.get(client);
    return known == null ? 0 : known.rooms;
  }

  /// Receives a client, and the number of its connections on other nodes.
  interface Visitor {
    void visit(ClientId client, int connections);
  }

  /// All clients that are connected to other nodes, in no particular order.
  void visit(Visitor visitor) {
    held.forEach((client, each) -> {
      if (each.connections > 0) {
        visitor.visit(client, each.connections);
      }
    });
  }
}
