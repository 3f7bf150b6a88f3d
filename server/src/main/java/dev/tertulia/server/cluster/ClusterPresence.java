package dev.tertulia.server.cluster;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The presence of all nodes, as one of them knows it: its own connections, and what the others
/// have [told][RemoteClients]. Each node tells its own subscribers who has come and who has left.
///
/// The state of a room changes within `compute` of its key only; so arrivals and departures of a
/// client that is on several nodes are told once, in the order in which they are known here.
public final class ClusterPresence implements PresenceStore {
  private final ConcurrentHashMap<RoomName, Room> rooms = new ConcurrentHashMap<>();
  private final AtomicInteger ownRooms = new AtomicInteger();
  private final Journal journal;
  private final ToIntFunction<RoomName> mostClients;
  private final BiConsumer<RoomName, ClientId> changed;
  private final Supplier<List<NodeName>> missing;

  /// The clients in one room.
  private static final class Room {
    private final Map<ClientId, Stay> stays = new HashMap<>(2);

    /// How many of them have a connection of this node.
    private int own;

    private volatile int count;
  }

  /// A client in a room.
  private static final class Stay {
    private final String name;

    /// The number of its connections there, of this node.
    private int here;

    /// The same of other nodes; `null` for none.
    private @Nullable Map<NodeName, Integer> there;

    Stay(String name) {
      this.name = name;
    }

    boolean isOver() {
      return here == 0 && there == null;
    }

    /// @param connections 0 for none any more
    void set(NodeName node, int connections) {
      Map<NodeName, Integer> known = there == null ? new HashMap<>(2) : there;
      if (connections == 0) {
        known.remove(node);
      } else {
        known.put(node, connections);
      }
      there = known.isEmpty() ? null : known;
    }
  }

  /// @param journal receives arrivals and departures, for the subscribers of this node
  /// @param mostClients the maximum number of clients in a room; 0 for no limit
  /// @param changed is told what has changed on this node; must not block
  /// @param missing which nodes have not told who is on them
  public ClusterPresence(
      Journal journal,
      ToIntFunction<RoomName> mostClients,
      BiConsumer<RoomName, ClientId> changed,
      Supplier<List<NodeName>> missing) {
    this.journal = journal;
    this.mostClients = mostClients;
    this.changed = changed;
    this.missing = missing;
  }

  @Override
  public int enter(RoomName room, ClientId client, String name) {
    Room entered =
        rooms.compute(
            room,
            (key, known) -> {
              Room now = known == null ? new Room() : known;
              Stay before = now.stays.get(client);
              Stay stay = new Stay(name);
              if (before != null) {
                stay.here = before.here;
                stay.there = before.there;
              }
              now.stays.put(client, stay);
              if (stay.here++ == 0 && now.own++ == 0) {
                ownRooms.incrementAndGet();
              }
              now.count = now.stays.size();
              if (before == null) {
                tell(room, now, client, name, true);
              }
              return now;
            });
    changed.accept(room, client);
    return entered.count;
  }

  @Override
  public boolean leave(RoomName room, ClientId client, boolean tell) {
    boolean[] isLast = new boolean[1];
    rooms.computeIfPresent(
        room,
        (key, now) -> {
          Stay stay = now.stays.get(client);
          if (stay == null || stay.here == 0) {
            return now;
          }
          if (--stay.here == 0 && --now.own == 0) {
            ownRooms.decrementAndGet();
          }
          isLast[0] = stay.isOver();
          return isLast[0] ? without(room, now, client, stay.name, tell) : now;
        });
    changed.accept(room, client);
    return isLast[0];
  }

  private @Nullable Room without(
      RoomName room, Room now, ClientId client, String name, boolean tell) {
    now.stays.remove(client);
    now.count = now.stays.size();
    if (tell) {
      tell(room, now, client, name, false);
    }
    return now.stays.isEmpty() ? null : now;
  }

  /// What another node says of a client in a room.
  ///
  /// @param connections 0 if it has none there any more
  /// @return how many clients are left, if this was the last connection of the client, of all
  ///   nodes; -1 if not
  int told(NodeName node, RoomName room, ClientId client, String name, int connections) {
    int[] left = {-1};
    rooms.compute(
        room,
        (key, known) -> {
          if (known == null && connections == 0) {
            return null;
          }
          Room now = known == null ? new Room() : known;
          Stay stay = now.stays.get(client);
          if (stay == null && connections == 0) {
            return now;
          }
          if (stay == null) {
            Stay made = new Stay(name);
            made.set(node, connections);
            now.stays.put(client, made);
            now.count = now.stays.size();
            tell(room, now, client, name, true);
            return now;
          }
          stay.set(node, connections);
          if (!stay.isOver()) {
            return now;
          }
          Room rest = without(room, now, client, stay.name, true);
          left[0] = now.count;
          return rest;
        });
    return left[0];
  }

  /// The number of connections of a client in a room, of this node, and its name there.
  Here here(RoomName room, ClientId client) {
    Here[] here = {new Here("", 0)};
    rooms.computeIfPresent(
        room,
        (key, now) -> {
          Stay stay = now.stays.get(client);
          if (stay != null) {
            here[0] = new Here(stay.name, stay.here);
          }
          return now;
        });
    return here[0];
  }

  /// Connections of this node.
  record Here(String name, int connections) {}

  /// Receives a client of this node.
  interface Visitor {
    void visit(RoomName room, ClientId client, Here here);
  }

  /// All clients of this node, in all rooms.
  void visit(Visitor visitor) {
    for (RoomName room : rooms.keySet()) {
      rooms.computeIfPresent(
          room,
          (key, now) -> {
            now.stays.forEach((client, stay) -> {
              if (stay.here > 0) {
                visitor.visit(room, client, new Here(stay.name, stay.here));
              }
            });
            return now;
          });
    }
  }

  @Override
  public boolean hasRoomFor(RoomName room, ClientId client) {
    int most = mostClients.applyAsInt(room);
    return most == 0 || count(room) < most || isIn(room, client);
  }

  @Override
  public boolean isIn(RoomName room, ClientId client) {
    boolean[] isThere = new boolean[1];
    rooms.computeIfPresent(
        room,
        (key, now) -> {
          isThere[0] = now.stays.containsKey(client);
          return now;
        });
    return isThere[0];
  }

  @Override
  public int count(RoomName room) {
    Room now = rooms.get(room);
    return now == null ? 0 : now.count;
  }

  @Override
  public CompletableFuture<Partial<Members>> members(RoomName room, int most) {
    List<Member> first = new ArrayList<>();
    int[] count = new int[1];
    rooms.computeIfPresent(
        room,
        (key, now) -> {
          count[0] = now.count;
          now.stays.entrySet().stream()
              .limit(most)
              .forEach(stay -> first.add(new Member(stay.getKey(), stay.getValue().name)));
          return now;
        });
    return CompletableFuture.completedFuture(
        new Partial<>(new Members(first, count[0]), missing.get()));
  }

  @Override
  public int rooms() {
    return ownRooms.get();
  }

  private void tell(RoomName room, Room now, ClientId client, String name, boolean joined) {
    if (now.count > 0 && now.count <= LARGEST_TOLD) {
      journal.append(
          new Draft.Signal(
              TopicName.presence(room), new Entry.Presence(client, name, joined, now.count)));
    }
  }
}
