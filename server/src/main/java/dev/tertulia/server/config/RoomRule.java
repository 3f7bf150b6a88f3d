package dev.tertulia.server.config;

import dev.tertulia.server.auth.NamePattern;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The policy of all rooms whose names match a pattern.
///
/// @param name of rooms
/// @param keep the retention time of entries; `null` for no limit
/// @param entries the maximum number of entries kept, amendments included; 0 for no limit
/// @param bytes the maximum size of the entries kept, in bytes; 0 for no limit
/// @param clients the maximum number of clients in the room at once; 0 for no limit
/// @param departures whether the room is told when the last connection of a client closes
/// @param moderators the clients that may moderate, besides those whose token says so
public record RoomRule(
    NamePattern name,
    Kind kind,
    Access access,
    @Nullable Duration keep,
    long entries,
    long bytes,
    int clients,
    boolean departures,
    List<NamePattern> moderators) {
  /// The number of messages that a room of kind `memory` keeps by default.
  public static final long MEMORY_ENTRIES = 1_000;

  private static final long MOST = 999_999_999_999_999_999L;

  /// Stands for a name that is not valid.
  private static final NamePattern NONE = new NamePattern("~");

  /// Where the entries of a room are kept.
  public enum Kind {
    /// In the database: clients that were away catch up.
    DURABLE,
    /// In memory, until the server stops.
    MEMORY,
    /// Nowhere: only clients that are in the room receive a message. For cursors and games.
    SIGNAL
  }

  /// Who may enter a room.
  public enum Access {
    /// Any client.
    PUBLIC,
    /// The members of the room.
    MEMBERS,
    /// The members of the room, two at most.
    DIRECT
  }

  private static final List<String> FIELDS =
      List.of(
          "name",
          "kind",
          "access",
          "keep",
          "entries",
          "bytes",
          "clients",
          "departures",
          "moderators");

  public RoomRule {
    moderators = List.copyOf(moderators);
  }

  /// A durable and public room that keeps everything.
  static RoomRule ordinary(NamePattern name) {
    return new RoomRule(name, Kind.DURABLE, Access.PUBLIC, null, 0, 0, 0, true, List.of());
  }

  /// Whether the rule applies to `room`.
  public boolean matches(String room) {
    return name.matches(room);
  }

  /// Whether `client` moderates the rooms.
  public boolean isModerator(String client) {
    for (NamePattern moderator : moderators) {
      if (moderator.matches(client)) {
        return true;
      }
    }
    return false;
  }

  /// Reads the rules of a list.
  static List<RoomRule> all(Value list) {
    return list.records(FIELDS).stream().map(RoomRule::from).toList();
  }

  private static RoomRule from(Value.Fields fields) {
    NamePattern name = null;
    if (fields.get("name").isSet()) {
      name = fields.get("name").pattern();
    } else {
      fields.report("a rule must have a 'name', such as team.*");
    }
    Kind kind = fields.get("kind", "durable").oneOf(Kind.class);
    Value keep = fields.get("keep");
    Value entries = fields.get("entries");
    Value bytes = fields.get("bytes");
    Value clients = fields.get("clients");
    if (kind == Kind.SIGNAL && (keep.isSet() || entries.isSet() || bytes.isSet())) {
      fields.report("rooms of the kind 'signal' store nothing: remove keep, entries and bytes");
    }
    return new RoomRule(
        name == null ? NONE : name,
        kind,
        fields.get("access", "public").oneOf(Access.class),
        keep.isSet() ? keep.duration() : null,
        entries.isSet() ? entries.number(1, MOST) : kind == Kind.MEMORY ? MEMORY_ENTRIES : 0,
        bytes.isSet() ? bytes.bytes(1, MOST) : 0,
        clients.isSet() ? clients.integer(1, Integer.MAX_VALUE) : 0,
        fields.get("departures", "true").truth(),
        fields.get("moderators").patterns());
  }
}
