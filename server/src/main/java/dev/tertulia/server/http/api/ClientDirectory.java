package dev.tertulia.server.http.api;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.SendHistory;
import java.time.Duration;
import java.util.List;

/// The connected clients, on whichever node. Methods block until their answer is there: on an event
/// loop, and on other nodes for [Partial#PATIENCE] at most.
public interface ClientDirectory {
  /// A connected client.
  ///
  /// @param connections the number of its connections
  record Client(ClientId client, int connections) {}

  /// One connection.
  ///
  /// @param name the id that the server gave it; empty for none
  /// @param speaks its protocol: `base`, `full` or `stream`
  /// @param age the time since it was opened
  /// @param waitingBytes the size of its send queue
  /// @param rooms the rooms that it has joined
  record One(String name, String speaks, Duration age, int waitingBytes, List<RoomName> rooms) {
    public One {
      rooms = List.copyOf(rooms);
    }
  }

  /// How many are connected.
  ///
  /// @param connections the number of connections
  /// @param clients the number of connected clients
  record Totals(int connections, int clients) {}

  /// How many are connected.
  Partial<Totals> totals();

  /// Whether `client` has a connection.
  boolean isConnected(ClientId client);

  /// The connected clients whose ids begin with `prefix` and come after `after`, ordered by id; at
  /// most `limit`.
  Partial<List<Client>> clients(String prefix, String after, int limit);

  /// The connections of `client`.
  Partial<List<One>> of(ClientId client);

  /// What was sent to the connections of `client` from its inbox.
  Partial<SendHistory> sendHistory(ClientId client);

  /// Closes the connections of `client` on behalf of an operator.
  ///
  /// @return the number of closed connections
  Partial<Integer> disconnect(ClientId client);

  /// The list of members of `room` has changed in what it says of `client`. On return, if the room
  /// is for members only, all nodes know it, and a client that is no longer a member has left the
  /// room on every connection.
  void expel(ClientId client, RoomName room);
}
