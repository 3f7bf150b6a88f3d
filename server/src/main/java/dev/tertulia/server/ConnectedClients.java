package dev.tertulia.server;

import dev.tertulia.server.connection.ConnectionDirectory;
import dev.tertulia.server.http.api.ClientDirectory;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.SendHistory;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connected clients, as the HTTP API shows them.
record ConnectedClients(ConnectionDirectory directory, RoomPolicies kinds, LongSupplier unixMillis)
    implements ClientDirectory {
  private static final Logger log = LoggerFactory.getLogger(ConnectedClients.class);

  @Override
  public Partial<Totals> totals() {
    return directory
        .totals()
        .join()
        .map(totals -> new Totals(totals.connections(), totals.clients()));
  }

  @Override
  public boolean isConnected(ClientId client) {
    return directory.isConnected(client);
  }

  @Override
  public Partial<List<Client>> clients(String prefix, String after, int limit) {
    return directory
        .clients(prefix, after, limit)
        .join()
        .map(found ->
            found.stream()
                .map(present -> new Client(present.client(), present.connections()))
                .toList());
  }

  @Override
  public Partial<List<One>> of(ClientId client) {
    return directory
        .views(client)
        .join()
        .map(views ->
            views.stream()
                .map(view ->
                    new One(
                        view.name(), view.speaks(), view.age(), view.waitingBytes(), view.rooms()))
                .toList());
  }

  @Override
  public Partial<SendHistory> sendHistory(ClientId client) {
    return directory.sendHistory(client, unixMillis.getAsLong()).join();
  }

  @Override
  public Partial<Integer> disconnect(ClientId client) {
    return directory.disconnect(client, CloseReason.DISCONNECTED).join();
  }

  @Override
  public void expel(ClientId client, RoomName room) {
    if (kinds.isForMembers(room)) {
      List<NodeName> missing = directory.expel(client, room).join().missing();
      if (!missing.isEmpty()) {
        log.warn(
            "The nodes {} have not confirmed yet that the list of members of {} has changed. There"
                + " is nothing to do: they are told again",
            missing,
            room);
      }
    }
  }
}
