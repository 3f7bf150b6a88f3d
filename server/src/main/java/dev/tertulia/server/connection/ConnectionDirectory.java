package dev.tertulia.server.connection;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.SendHistory;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Finds the connections of clients on whichever node they are, and acts on them. Safe for any
/// thread; never blocks.
///
/// # Answers
///
/// Futures are completed in bounded time and on any thread: by a [Partial] answer that names the
/// nodes that are missing, if other nodes have not answered within [Partial#PATIENCE]; and by a
/// failure only if this node itself does not answer, which is a bug. A method that takes effect has
/// taken effect, on all nodes that are not missing, when its future is completed; on the others it
/// does as soon as they can be reached, unless it says otherwise.
///
/// # Atomicity
///
/// None between nodes: a client that reconnects to another node meanwhile may be found on both, or
/// on neither. What must not be missed is in force before it is announced here: a connection that
/// opens after that is checked by the node that opens it.
public interface ConnectionDirectory {
  /// A connected client.
  ///
  /// @param connections the number of its connections
  record Present(ClientId client, int connections) {}

  /// How many are connected.
  ///
  /// @param connections the number of connections
  /// @param clients the number of connected clients, each counted once
  record Totals(int connections, int clients) {}

  /// Whether a client has a connection, as far as this node knows. Never waits.
  boolean isConnected(ClientId client);

  /// How many are connected.
  CompletableFuture<Partial<Totals>> totals();

  /// The connected clients whose ids begin with `prefix` and come after `after`, ordered by id; at
  /// most `limit`.
  ///
  /// @param prefix empty for all
  /// @param after empty for the first page
  CompletableFuture<Partial<List<Present>>> clients(String prefix, String after, int limit);

  /// Snapshots of the connections of `client`.
  CompletableFuture<Partial<List<ConnectionView>>> views(ClientId client);

  /// What the connections of `client` were sent from its inbox: the open ones, and the latest
  /// closed ones.
  ///
  /// @param unixMillis the current time
  CompletableFuture<Partial<SendHistory>> sendHistory(ClientId client, long unixMillis);

  /// Closes the connections of `client`, each on its own loop. A node that is missing may keep its
  /// connections: the caller may try again.
  ///
  /// @return the number of connections that are being closed
  CompletableFuture<Partial<Integer>> disconnect(ClientId client, CloseReason reason);

  /// Closes all connections whose principal was revoked, each on its own loop. What is revoked is
  /// stored before; a node that is missing reads it when it is back.
  ///
  /// @return the number of connections that are being closed
  CompletableFuture<Partial<Integer>> closeRevoked();

  /// Closes all connections of `client` because it was revoked, but those of programs with a key.
  /// As above.
  ///
  /// @return the number of connections that are being closed
  CompletableFuture<Partial<Integer>> closeRevoked(ClientId client);

  /// The list of members of a room for members only has changed in what it says of `client`, and is
  /// stored: all nodes know it then, and have removed a client that is no longer a member. A node
  /// that is missing is told again as long as it is there.
  ///
  /// @return the number of connections that were checked
  CompletableFuture<Partial<Integer>> expel(ClientId client, RoomName room);

  /// Closes the connections of an erased client, and forgets what it was sent.
  void erase(ClientId client);
}
