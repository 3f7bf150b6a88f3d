package dev.tertulia.server.presence;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/// Tracks which clients are in which rooms: a client is in a room while at least one of its
/// connections is. Safe for any thread.
///
/// In rooms of up to [#LARGEST_TOLD] clients, each arrival and departure is a signal in the
/// presence topic of the room, in the order in which they happen; it is lost if the journal accepts
/// nothing at the moment.
public final class Presence {
  /// In larger rooms, arrivals and departures are not told.
  public static final int LARGEST_TOLD = 200;

  private final ConcurrentHashMap<RoomName, Room> rooms = new ConcurrentHashMap<>();
  private final Journal journal;
  private final ToIntFunction<RoomName> mostClients;

  /// Creates a tracker without a limit of clients per room.
  public Presence(Journal journal) {
    this(journal, room -> 0);
  }

  /// @param mostClients the maximum number of clients in a room; 0 for no limit
  public Presence(Journal journal, ToIntFunction<RoomName> mostClients) {
    this.journal = journal;
    this.mostClients = mostClients;
  }

  /// A client in a room.
  ///
  /// @param name the name to show
  public record Member(ClientId client, String name) {}

  /// The clients in a room.
  ///
  /// @param members the first of them, in no particular order
  /// @param count how many there are
  public record Members(List<Member> members, int count) {
    public Members {
      members = List.copyOf(members);
    }
  }

  /// The clients in one room. Accessed only within [ConcurrentHashMap#compute] of its key.
  private static final class Room {
    private final Map<ClientId, Stay> stays = new HashMap<>(2);
    private volatile int count;
  }

  /// @param connections the number of connections of the client in the room, at least 1
  private record Stay(String name, int connections) {}

  /// Adds a connection of `client` to `room`.
  ///
  /// @param name the name to show
  /// @return the number of clients in the room now
  public int enter(RoomName room, ClientId client, String name) {
    Room entered =
        rooms.compute(
            room,
            (key, known) -> {
              Room now = known == null ? new Room() : known;
              Stay before = now.stays.get(client);
              now.stays.put(client, new Stay(name, before == null ? 1 : before.connections + 1));
              now.count = now.stays.size();
              if (before == null) {
                tell(room, now, client, name, true);
              }
              return now;
            });
    return entered.count;
  }

  /// Removes a connection of `client` from `room`, which it had entered.
  ///
  /// @param tell whether other clients are told, if it was the last connection of the client in the
  ///   room
  /// @return whether it was the last connection of the client in the room
  public boolean leave(RoomName room, ClientId client, boolean tell) {
    boolean[] isLast = new boolean[1];
    rooms.computeIfPresent(
        room,
        (key, now) -> {
          Stay before = now.stays.get(client);
          if (before == null) {
            return now;
          }
          if (before.connections > 1) {
            now.stays.put(client, new Stay(before.name, before.connections - 1));
            return now;
          }
          isLast[0] = true;
          now.stays.remove(client);
          now.count = now.stays.size();
          if (tell) {
            tell(room, now, client, before.name, false);
          }
          return now.stays.isEmpty() ? null : now;
        });
    return isLast[0];
  }

  /// Whether `client` may enter: the room is not full, or the client is already in it. Concurrent
  /// callers may exceed the limit together.
  public boolean hasRoomFor(RoomName room, ClientId client) {
    int most = mostClients.applyAsInt(room);
    return most == 0 || count(room) < most || isIn(room, client);
  }

  /// Whether a connection of `client` is in `room`.
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

  /// The number of clients in `room`.
  public int count(RoomName room) {
    Room now = rooms.get(room);
    return now == null ? 0 : now.count;
  }

  /// The clients in `room`.
  ///
  /// @param most the maximum number of clients listed
  public Members members(RoomName room, int most) {
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
    return new Members(first, count[0]);
  }

  /// The number of rooms that have at least one client.
  public int rooms() {
    return rooms.size();
  }

  private void tell(RoomName room, Room now, ClientId client, String name, boolean joined) {
    if (now.count > 0 && now.count <= LARGEST_TOLD) {
      journal.append(
          new Draft.Signal(
              TopicName.presence(room), new Entry.Presence(client, name, joined, now.count)));
    }
  }
}
