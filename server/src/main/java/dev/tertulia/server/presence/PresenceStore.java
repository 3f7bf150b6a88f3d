package dev.tertulia.server.presence;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Which clients are in which rooms: a client is in a room while at least one of its connections
/// is, on whichever node. Safe for any thread.
///
/// # Atomicity
///
/// [#enter] and [#leave] of one room are atomic: each sees the effect of all before it on this
/// node, and the arrivals and departures of this node are told in the order in which they happen.
/// Nothing is atomic across rooms, and nothing across nodes: what another node does is known here a
/// moment later. A client that is in a room on two nodes arrives and departs once.
///
/// # Where the answers come from
///
/// The connections of this node are known exactly and at once. Of other nodes is known what they
/// last said; they repeat it. The members of a node that has died are in their rooms until it has
/// been silent for too long, and then depart, once. So the methods that return plain values never
/// wait, and are called on event loops. The one that returns a future lists, and may ask elsewhere.
///
/// # Failure
///
/// A lost arrival or departure is repaired by the next repetition. Nothing here fails because
/// another node does.
public interface PresenceStore {
  /// In larger rooms, arrivals and departures are not told.
  int LARGEST_TOLD = 200;

  /// A client in a room.
  ///
  /// @param name the name to show
  record Member(ClientId client, String name) {}

  /// The clients in a room.
  ///
  /// @param members the first of them, in no particular order
  /// @param count how many there are
  record Members(List<Member> members, int count) {
    public Members {
      members = List.copyOf(members);
    }
  }

  /// Adds a connection of `client`, on this node, to `room`. Never blocks.
  ///
  /// @param name the name to show
  /// @return the number of clients in the room now
  int enter(RoomName room, ClientId client, String name);

  /// Removes a connection of `client`, on this node, from `room`, which it had entered. Never
  /// blocks.
  ///
  /// @param tell whether other clients are told, if it was the last connection of the client in the
  ///   room
  /// @return whether it was the last connection of the client in the room, of all nodes
  boolean leave(RoomName room, ClientId client, boolean tell);

  /// Whether `client` may enter: the room is not full, or the client is already in it. Concurrent
  /// callers may exceed the limit together. Never blocks.
  boolean hasRoomFor(RoomName room, ClientId client);

  /// Whether a connection of `client` is in `room`. Never blocks.
  boolean isIn(RoomName room, ClientId client);

  /// The number of clients in `room`. Never blocks.
  int count(RoomName room);

  /// The clients in `room`.
  ///
  /// @param most the maximum number of clients listed
  /// @return completed within [Partial#PATIENCE], never by a failure, on any thread; on a single
  ///   node it is completed already
  CompletableFuture<Partial<Members>> members(RoomName room, int most);

  /// The number of rooms that have at least one client on this node. Never blocks.
  int rooms();
}
