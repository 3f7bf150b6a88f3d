package dev.tertulia.server.connection;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.SendHistory;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The directory of a single node: all connections are those of this server, and no answer is
/// partial.
///
/// @param registry the connections
public record LocalDirectory(ConnectionRegistry registry) implements ConnectionDirectory {
  @Override
  public boolean isConnected(ClientId client) {
    return registry.isConnected(client);
  }

  @Override
  public CompletableFuture<Partial<Totals>> totals() {
    return whole(new Totals(registry.connections(), registry.clients()));
  }

  @Override
  public CompletableFuture<Partial<List<Present>>> clients(String prefix, String after, int limit) {
    return whole(registry.clients(prefix, after, limit));
  }

  @Override
  public CompletableFuture<Partial<List<ConnectionView>>> views(ClientId client) {
    return registry.views(client).thenApply(Partial::whole);
  }

  @Override
  public CompletableFuture<Partial<SendHistory>> sendHistory(ClientId client, long unixMillis) {
    return registry.sendHistory(client, unixMillis).thenApply(Partial::whole);
  }

  @Override
  public CompletableFuture<Partial<Integer>> disconnect(ClientId client, CloseReason reason) {
    return whole(registry.close(client, reason));
  }

  @Override
  public CompletableFuture<Partial<Integer>> closeRevoked() {
    return whole(registry.closeRevoked());
  }

  @Override
  public CompletableFuture<Partial<Integer>> closeRevoked(ClientId client) {
    return whole(registry.closeRevoked(client));
  }

  @Override
  public CompletableFuture<Partial<Integer>> expel(ClientId client, RoomName room) {
    return registry.expel(client, room).thenApply(Partial::whole);
  }

  @Override
  public void erase(ClientId client) {
    registry.erase(client);
  }

  private static <T> CompletableFuture<Partial<T>> whole(T value) {
    return CompletableFuture.completedFuture(Partial.whole(value));
  }
}
