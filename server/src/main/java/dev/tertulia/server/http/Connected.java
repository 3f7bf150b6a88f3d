package dev.tertulia.server.http;

import dev.tertulia.server.notification.Sendings;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;
import java.time.Duration;
import java.util.List;

/// Who is connected to this server. Methods may wait for an event loop.
public interface Connected {
  /// A client.
  ///
  /// @param connections how many it has
  record Client(ClientId client, int connections) {}

  /// One connection.
  ///
  /// @param name the server's name for it; empty if it has none
  /// @param speaks `base`, `full` or `stream`
  /// @param age how long it has been open
  /// @param waitingBytes what waits because its socket takes no more
  /// @param rooms where its client is by it
  record One(String name, String speaks, Duration age, int waitingBytes, List<RoomName> rooms) {
    public One {
      rooms = List.copyOf(rooms);
    }
  }

  /// How many connections there are.
  int connections();

  /// How many clients have one.
  int clients();

  /// Whether a client has one.
  boolean isConnected(ClientId client);

  /// Those who are connected whose names come after `after`, by name; at most `limit`.
  List<Client> clients(String after, int limit);

  /// The connections of one client.
  List<One> of(ClientId client);

  /// What the connections of a client were sent of its inbox.
  Sendings sendings(ClientId client);

  /// Closes the connections of a client, as an operator's wish.
  ///
  /// @return how many
  int disconnect(ClientId client);

  /// Puts a client, which is on the room's list no more, out of the room if that is for those on
  /// its list alone. When this returns it is so on every connection.
  void expel(ClientId client, RoomName room);
}
