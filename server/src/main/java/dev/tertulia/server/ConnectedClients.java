package dev.tertulia.server;

import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.http.api.ClientDirectory;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.SendHistory;
import java.util.List;
import java.util.function.LongSupplier;

/// The connected clients, as the HTTP API shows them.
///
/// @param began the start time of the server, in Unix milliseconds
record ConnectedClients(
    ConnectionRegistry registry, RoomPolicies kinds, LongSupplier unixMillis, long began)
    implements ClientDirectory {
  @Override
  public int connections() {
    return registry.connections();
  }

  @Override
  public int clients() {
    return registry.clients();
  }

  @Override
  public boolean isConnected(ClientId client) {
    return registry.isConnected(client);
  }

  @Override
  public List<Client> clients(String prefix, String after, int limit) {
    return registry.clients(prefix, after, limit).stream()
        .map(present -> new Client(present.client(), present.connections()))
        .toList();
  }

  @Override
  public List<One> of(ClientId client) {
    return registry.views(client).stream()
        .map(view ->
            new One(view.name(), view.speaks(), view.age(), view.waitingBytes(), view.rooms()))
        .toList();
  }

  @Override
  public SendHistory sendHistory(ClientId client) {
    return new SendHistory(registry.sendRecords(client, unixMillis.getAsLong()), began);
  }

  @Override
  public int disconnect(ClientId client) {
    return registry.close(client, CloseReason.DISCONNECTED);
  }

  @Override
  public void expel(ClientId client, RoomName room) {
    if (kinds.isForMembers(room)) {
      registry.expel(client, room);
    }
  }
}
