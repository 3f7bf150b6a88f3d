package dev.tertulia.server.storage.read;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The rooms of all databases as one: each room is read from its own database. A room that stores
/// nothing has no history.
final class RoutingRooms implements RoomLog {
  private static final History NOTHING = new History(List.of(), false, null);

  private final Function<RoomName, @Nullable SqlRooms> keepers;
  private final SqlRooms lists;
  private final List<SqlRooms> all;
  private final Predicate<RoomName> forMembers;

  /// @param keepers the room log of a room; `null` for a room that stores nothing
  /// @param lists who keeps the lists of members, of all rooms
  /// @param all all room logs that `keepers` may return
  /// @param forMembers which rooms are for those on their list alone
  RoutingRooms(
      Function<RoomName, @Nullable SqlRooms> keepers,
      SqlRooms lists,
      List<SqlRooms> all,
      Predicate<RoomName> forMembers) {
    this.keepers = keepers;
    this.lists = lists;
    this.all = List.copyOf(all);
    this.forMembers = forMembers;
  }

  @Override
  public History before(RoomName room, long before, int limit, ClientId reader) {
    RoomLog rooms = keepers.apply(room);
    return rooms == null ? NOTHING : rooms.before(room, before, limit, reader);
  }

  @Override
  public History after(RoomName room, long after, int limit, ClientId reader) {
    RoomLog rooms = keepers.apply(room);
    return rooms == null ? NOTHING : rooms.after(room, after, limit, reader);
  }

  /// Each room is reported by the database that keeps it, even one that is known here only for its
  /// list, and not one that another database contains from before a change of the rules. A client
  /// that was removed from a room for members does not have it any more, whatever it has done
  /// there.
  @Override
  public List<RoomState> of(ClientId client, int limit) {
    TreeMap<String, RoomState> byName = new TreeMap<>();
    for (SqlRooms rooms : all) {
      Map<SqlRooms, List<RoomName>> elsewhere = new LinkedHashMap<>();
      Predicate<RoomName> byListAlone =
          room -> forMembers.test(room) || !rooms.equals(keepers.apply(room));
      for (SqlRooms.ListedRoom listed : rooms.of(client, limit, byListAlone)) {
        RoomName room = listed.state().room();
        SqlRooms keeper = keepers.apply(room);
        if (rooms.equals(keeper)) {
          byName.put(room.value(), listed.state());
        } else {
          byName.put(room.value(), new RoomState(room, 0, 0, 0));
          if (keeper != null) {
            elsewhere.computeIfAbsent(keeper, key -> new ArrayList<>()).add(room);
          }
        }
      }
      elsewhere.forEach((keeper, names) ->
          keeper.of(client, names).forEach(state -> byName.put(state.room().value(), state)));
    }
    return byName.values().stream().limit(limit).toList();
  }

  @Override
  public boolean isMember(RoomName room, ClientId client) {
    return lists.isMember(room, client);
  }

  @Override
  public Members members(RoomName room, String after, int limit) {
    return lists.members(room, after, limit);
  }

  /// A room has its head from where it is kept, and its members from where the lists are.
  @Override
  public List<KnownRoom> rooms(String prefix, String after, int limit) {
    TreeMap<String, KnownRoom> byName = new TreeMap<>();
    for (SqlRooms rooms : all) {
      for (KnownRoom known : rooms.rooms(prefix, after, limit)) {
        long head = rooms.equals(keepers.apply(known.room())) ? known.head() : 0;
        byName.merge(
            known.room().value(),
            new KnownRoom(known.room(), head, known.members(), known.unreadable()),
            (one, other) ->
                new KnownRoom(
                    one.room(),
                    Math.max(one.head(), other.head()),
                    Math.max(one.members(), other.members()),
                    one.unreadable() || other.unreadable()));
      }
    }
    return byName.values().stream().limit(limit).toList();
  }
}
