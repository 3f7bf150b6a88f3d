package dev.tertulia.server.auth;

import dev.tertulia.server.model.RoomName;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an API key may do: everything that its scopes contain, in the rooms that match, and nothing
/// else. No scope implies another one. Immutable.
///
/// @param scopes the scopes
/// @param rooms the rooms in which [Scope#SEND] and [Scope#READ] are valid; a room needs to match
///   one of them. [#ALL_ROOMS] for all
public record KeyScopes(Set<Scope> scopes, List<NamePattern> rooms) {
  /// Matches every room.
  public static final List<NamePattern> ALL_ROOMS = List.of(new NamePattern("*"));

  /// Permits nothing.
  public static final KeyScopes NONE = new KeyScopes(Set.of(), List.of());

  /// Permits everything.
  public static final KeyScopes ALL = new KeyScopes(EnumSet.allOf(Scope.class), ALL_ROOMS);

  /// A group of requests.
  public enum Scope {
    /// What a client does in rooms: sending, amending, typing, read markers. The rules of the room
    /// apply to the client that the request names.
    SEND,
    /// Notifying clients, revoking notifications, and reporting what clients have received and
    /// read.
    NOTIFY,
    /// Notifying all clients at once.
    BROADCAST,
    /// Reading rooms, whoever their members are. A key for all rooms also reads inboxes, lists and
    /// what became of notifications.
    READ,
    /// Reading what the server counts and measures, which names neither clients nor rooms.
    METRICS,
    /// The operator's requests: members, connections, statistics, and everything under
    /// `/api/v1/admin/`. Includes amending messages of others.
    ADMIN;

    /// The word for it in configuration and over HTTP.
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// The scope of that name; `null` if there is none.
    public static @Nullable Scope parse(String name) {
      for (Scope scope : values()) {
        if (scope.wireName().equals(name)) {
          return scope;
        }
      }
      return null;
    }
  }

  public KeyScopes {
    scopes = Set.copyOf(scopes);
    rooms = List.copyOf(rooms);
  }

  /// Whether it contains `scope`, in some room at least.
  public boolean has(Scope scope) {
    return scopes.contains(scope);
  }

  /// Whether it contains `scope` in `room`.
  public boolean has(Scope scope, RoomName room) {
    if (scopes.contains(scope)) {
      for (NamePattern pattern : rooms) {
        if (pattern.matches(room.value())) {
          return true;
        }
      }
    }
    return false;
  }

  /// Whether it contains `scope` in all rooms.
  public boolean hasEverywhere(Scope scope) {
    return scopes.contains(scope) && rooms.containsAll(ALL_ROOMS);
  }
}
