package dev.tertulia.server.presence;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/// Who is in which room, by client: a client is in a room from its first connection there to its
/// last. Safe for any thread.
///
/// In rooms of up to [#LARGEST_TOLD] clients each coming and going is a signal in the room's topic
/// for that, in the order in which they happen; it is lost if the journal takes nothing at the
/// moment.
public final class Presence {
  /// In a room of more clients nobody is told who comes and goes.
  public static final int LARGEST_TOLD = 200;

  private final ConcurrentHashMap<RoomName, Room> rooms = new ConcurrentHashMap<>();
  private final Journal journal;
  private final ToIntFunction<RoomName> mostClients;

  /// Who is in which room, where as many may come as like.
  public Presence(Journal journal) {
    this(journal, room -> 0);
  }

  /// @param mostClients how many clients may be in a room at once; 0 for no bound
  public Presence(Journal journal, ToIntFunction<RoomName> mostClients) {
    this.journal = journal;
    this.mostClients = mostClients;
  }

  /// Somebody who is in a room.
  ///
  /// @param name the name to show
  public record Member(ClientId client, String name) {}

  /// Those in a room.
  ///
  /// @param members the first of them, in no particular order
  /// @param count how many there are
  public record Members(List<Member> members, int count) {
    public Members {
      members = List.copyOf(members);
    }
  }

  /// Those in one room. Changed and looked through within its key's [ConcurrentHashMap#compute].
  private static final class Room {
    private final Map<ClientId, Stay> stays = new HashMap<>(2);
    private volatile int count;
  }

  /// @param connections how many the client has in the room, at least 1
  private record Stay(String name, int connections) {}

  /// A connection of `client` comes into `room`.
  ///
  /// @param name the name to show
  /// @return how many clients are there now
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

  /// A connection of `client` goes out of `room`; it had come in.
  ///
  /// @param tell whether the others are told, if it was the client's last one there
  public void leave(RoomName room, ClientId client, boolean tell) {
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
          now.stays.remove(client);
          now.count = now.stays.size();
          if (tell) {
            tell(room, now, client, before.name, false);
          }
          return now.stays.isEmpty() ? null : now;
        });
  }

  /// Whether `client` may still come in: the room is not full, or it is there already. Those who
  /// ask at the same moment may pass the bound together.
  public boolean hasRoomFor(RoomName room, ClientId client) {
    int most = mostClients.applyAsInt(room);
    if (most == 0 || count(room) < most) {
      return true;
    }
    boolean[] isThere = new boolean[1];
    rooms.computeIfPresent(
        room,
        (key, now) -> {
          isThere[0] = now.stays.containsKey(client);
          return now;
        });
    return isThere[0];
  }

  /// How many clients are in `room`.
  public int count(RoomName room) {
    Room now = rooms.get(room);
    return now == null ? 0 : now.count;
  }

  /// Who is in `room`.
  ///
  /// @param most how many are listed at most
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

  /// How many rooms somebody is in.
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
