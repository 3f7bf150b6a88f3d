package dev.tertulia.server.presence;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
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
import java.util.function.ToIntFunction;

/// The presence of a single node: who is in a room is in memory, and every answer is at hand.
///
/// In rooms of up to [#LARGEST_TOLD] clients, each arrival and departure is a signal in the
/// presence topic of the room, in the order in which they happen; it is lost if the journal accepts
/// nothing at the moment.
public final class LocalPresence implements PresenceStore {
  private final ConcurrentHashMap<RoomName, Room> rooms = new ConcurrentHashMap<>();
  private final Journal journal;
  private final ToIntFunction<RoomName> mostClients;

  /// Creates a tracker without a limit of clients per room.
  public LocalPresence(Journal journal) {
    this(journal, room -> 0);
  }

  /// @param mostClients the maximum number of clients in a room; 0 for no limit
  public LocalPresence(Journal journal, ToIntFunction<RoomName> mostClients) {
    this.journal = journal;
    this.mostClients = mostClients;
  }

  /// The clients in one room. Accessed only within [ConcurrentHashMap#compute] of its key.
  private static final class Room {
    private final Map<ClientId, Stay> stays = new HashMap<>(2);
    private volatile int count;
  }

  /// @param connections the number of connections of the client in the room, at least 1
  private record Stay(String name, int connections) {}

  @Override
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

  @Override
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
    return CompletableFuture.completedFuture(Partial.whole(new Members(first, count[0])));
  }

  @Override
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
