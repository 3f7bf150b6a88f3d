package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.CloseReason;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Who is connected to this server, by client. Safe for any thread.
///
/// A client is here from its first connection to its last.
public final class ConnectionRegistry {
  private final ConcurrentHashMap<ClientId, Connection[]> byClient = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final int perClient;
  private final Refusals tooMany;

  /// @param perClient the most connections of one client
  /// @param nanoClock nanoseconds of a clock that never goes back
  public ConnectionRegistry(int perClient, LongSupplier nanoClock) {
    this.perClient = perClient;
    tooMany =
        new Refusals(
            "Connections are closed with 4502, of a client that has "
                + perClient
                + " (limits.connections_per_client)",
            nanoClock);
  }

  /// How many connections there are.
  public int connections() {
    return connections.get();
  }

  /// How many clients have a connection.
  public int clients() {
    return byClient.size();
  }

  /// Whether a client has a connection.
  public boolean isConnected(ClientId client) {
    return byClient.containsKey(client);
  }

  /// Closes every connection, each on its own loop.
  public void closeAll(CloseReason reason) {
    byClient.forEach((client, all) -> {
      for (Connection connection : all) {
        connection.closeSoon(reason);
      }
    });
  }

  /// Adds a connection, if there is room for it.
  ///
  /// @return `false` if its client has as many as it may have
  @SuppressWarnings("ReferenceEquality") // It is this very connection that was added, or not.
  boolean add(Connection connection) {
    Connection[] all =
        byClient.compute(connection.client(), (client, known) -> with(known, connection));
    if (all[all.length - 1] != connection) {
      tooMany.add();
      return false;
    }
    connections.incrementAndGet();
    return true;
  }

  /// Removes a connection that was added.
  ///
  /// @return whether it was its client's last
  boolean remove(Connection connection) {
    Connection[] left =
        byClient.computeIfPresent(connection.client(), (client, all) -> without(all, connection));
    connections.decrementAndGet();
    return left == null;
  }

  private Connection[] with(Connection @Nullable [] some, Connection more) {
    if (some == null) {
      return new Connection[] {more};
    }
    if (some.length >= perClient) {
      return some;
    }
    Connection[] all = Arrays.copyOf(some, some.length + 1);
    all[some.length] = more;
    return all;
  }

  private static Connection @Nullable [] without(Connection[] all, Connection gone) {
    Connection[] left = Arrays.stream(all).filter(c -> c != gone).toArray(Connection[]::new);
    return left.length == 0 ? null : left;
  }
}
