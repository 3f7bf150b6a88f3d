package dev.tertulia.server.presence;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
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
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Who is in which room: with connections of this node, and with those of other nodes, as far as
/// these have [told][#told] of them. All of it is in memory, and every answer is at hand.
///
/// In rooms of up to [#LARGEST_TOLD] clients, each arrival and departure is a signal in the
/// presence topic of the room, for the subscribers of this node, in the order in which they are
/// known here; it is lost if the journal accepts nothing at the moment. The state of a room changes
/// within `compute` of its key only, so a client that is on several nodes arrives and departs once.
public final class RoomPresence implements PresenceStore {
  /// What other nodes have to do with it.
  public interface Elsewhere {
    /// There are none.
    Elsewhere NOWHERE =
        new Elsewhere() {
          @Override
          public void changed(RoomName room, ClientId client) {}

          @Override
          public List<NodeName> missing() {
            return List.of();
          }
        };

    /// The connections of a client of this node in a room have changed. Must not block.
    void changed(RoomName room, ClientId client);

    /// The nodes that have not told who is on them.
    List<NodeName> missing();
  }

  /// The connections of this node that a client has in a room, and its name there.
  public record Here(String name, int connections) {
    static final Here NOBODY = new Here("", 0);
  }

  /// Receives a client of this node.
  public interface Visitor {
    void visit(RoomName room, ClientId client, Here here);
  }

  /// The clients in one room. Changed only within [ConcurrentHashMap#compute] of its key.
  private static final class Room {
    private final Map<ClientId, Here> clients = new HashMap<>(2);

    /// The connections of those that have some on other nodes, by node; `null` for none.
    private @Nullable Map<ClientId, Map<NodeName, Integer>> elsewhere;

    /// How many clients have a connection of this node.
    private int own;

    private volatile int count;

    Here here(ClientId client) {
      return clients.getOrDefault(client, Here.NOBODY);
    }

    boolean isElsewhere(ClientId client) {
      return elsewhere != null && elsewhere.containsKey(client);
    }

    /// @param connections 0 for none any more
    void setElsewhere(ClientId client, NodeName node, int connections) {
      if (elsewhere == null) {
        elsewhere = new HashMap<>(2);
      }
      Map<NodeName, Integer> nodes = elsewhere.computeIfAbsent(client, key -> new HashMap<>(2));
      if (connections > 0) {
        nodes.put(node, connections);
      } else {
        nodes.remove(node);
      }
      if (nodes.isEmpty()) {
        elsewhere.remove(client);
      }
      if (elsewhere.isEmpty()) {
        elsewhere = null;
      }
    }

    void set(ClientId client, Here here) {
      clients.put(client, here);
      count = clients.size();
    }

    void remove(ClientId client) {
      clients.remove(client);
      count = clients.size();
    }
  }

  private final ConcurrentHashMap<RoomName, Room> rooms = new ConcurrentHashMap<>();
  private final AtomicInteger ownRooms = new AtomicInteger();
  private final Journal journal;
  private final ToIntFunction<RoomName> mostClients;
  private final Elsewhere elsewhere;

  /// That of a single node without a limit of clients per room.
  public RoomPresence(Journal journal) {
    this(journal, room -> 0, Elsewhere.NOWHERE);
  }

  /// @param journal receives arrivals and departures
  /// @param mostClients the maximum number of clients in a room; 0 for no limit
  public RoomPresence(Journal journal, ToIntFunction<RoomName> mostClients, Elsewhere elsewhere) {
    this.journal = journal;
    this.mostClients = mostClients;
    this.elsewhere = elsewhere;
  }

  @Override
  public int enter(RoomName room, ClientId client, String name) {
    Room entered =
        rooms.compute(
            room,
            (key, known) -> {
              Room now = known == null ? new Room() : known;
              int before = now.here(client).connections;
              boolean isNew = before == 0 && !now.isElsewhere(client);
              now.set(client, new Here(name, before + 1));
              if (before == 0 && now.own++ == 0) {
                ownRooms.incrementAndGet();
              }
              if (isNew) {
                tell(room, now, client, name, true);
              }
              return now;
            });
    elsewhere.changed(room, client);
    return entered.count;
  }

  @Override
  public boolean leave(RoomName room, ClientId client, boolean tell) {
    boolean[] isLast = new boolean[1];
    rooms.computeIfPresent(
        room,
        (key, now) -> {
          Here before = now.here(client);
          if (before.connections == 0) {
            return now;
          }
          now.set(client, new Here(before.name, before.connections - 1));
          if (before.connections == 1 && --now.own == 0) {
            ownRooms.decrementAndGet();
          }
          isLast[0] = before.connections == 1 && !now.isElsewhere(client);
          return isLast[0] ? without(room, now, client, tell) : now;
        });
    elsewhere.changed(room, client);
    return isLast[0];
  }

  /// The last connection of a client is gone.
  ///
  /// @return `null` if nobody is left
  private @Nullable Room without(RoomName room, Room now, ClientId client, boolean tell) {
    String name = now.here(client).name;
    now.remove(client);
    if (tell) {
      tell(room, now, client, name, false);
    }
    return now.clients.isEmpty() ? null : now;
  }

  /// What another node says of a client in a room.
  ///
  /// @param connections 0 if it has none there any more
  /// @return how many clients are left, if this was the last connection of the client, of all
  ///   nodes; -1 if not
  public int told(NodeName node, RoomName room, ClientId client, String name, int connections) {
    int[] left = {-1};
    if (connections > 0) {
      rooms.compute(
          room,
          (key, known) ->
              came(room, known == null ? new Room() : known, node, client, name, connections));
    } else {
      rooms.computeIfPresent(room, (key, now) -> gone(room, now, node, client, left));
    }
    return left[0];
  }

  private Room came(
      RoomName room, Room now, NodeName node, ClientId client, String name, int connections) {
    boolean isNew = !now.clients.containsKey(client);
    now.setElsewhere(client, node, connections);
    if (isNew) {
      now.set(client, new Here(name, 0));
      tell(room, now, client, name, true);
    }
    return now;
  }

  private @Nullable Room gone(RoomName room, Room now, NodeName node, ClientId client, int[] left) {
    if (!now.isElsewhere(client)) {
      return now;
    }
    now.setElsewhere(client, node, 0);
    if (now.isElsewhere(client) || now.here(client).connections > 0) {
      return now;
    }
    Room rest = without(room, now, client, /* tell= */ true);
    left[0] = now.count;
    return rest;
  }

  /// The connections of this node that a client has in a room.
  public Here here(RoomName room, ClientId client) {
    Here[] here = {Here.NOBODY};
    rooms.computeIfPresent(
        room,
        (key, now) -> {
          here[0] = now.here(client);
          return now;
        });
    return here[0];
  }

  /// Visits all clients with connections of this node, in all rooms.
  public void visit(Visitor visitor) {
    for (RoomName room : rooms.keySet()) {
      rooms.computeIfPresent(
          room,
          (key, now) -> {
            now.clients.forEach((client, here) -> {
              if (here.connections > 0) {
                visitor.visit(room, client, here);
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
          isThere[0] = now.clients.containsKey(client);
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
          now.clients.entrySet().stream()
              .limit(most)
              .forEach(client -> first.add(new Member(client.getKey(), client.getValue().name)));
          return now;
        });
    return CompletableFuture.completedFuture(
        new Partial<>(new Members(first, count[0]), elsewhere.missing()));
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
