package dev.tertulia.server.cluster;

import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.RoomPresence;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Who is connected to which node, and what becomes of it: composes [RemoteClients],
/// [RoomPresence], [PresenceReporter] and [ClusterDirectory]. Any thread.
public final class ClusterMembers {
  private final RemoteClients remote;
  private final ClusterDirectory directory;
  private volatile @Nullable PresenceReporter reporter;
  private volatile @Nullable Cluster cluster;

  /// Those of the relay that are known. Owned by the caller of [#look].
  private int resumptions;

  public ClusterMembers(RemoteClients remote, ClusterDirectory directory) {
    this.remote = remote;
    this.directory = directory;
  }

  /// The presence of all nodes. From now on others are told who is here.
  ///
  /// @param journal receives arrivals and departures, for the subscribers of this node
  /// @param mostClients the maximum number of clients in a room; 0 for no limit
  /// @param toldOfDepartures the maximum number of clients in a room for departures to be told
  public RoomPresence begin(
      Cluster ofThisNode,
      ConnectionRegistry registry,
      Journal journal,
      ToIntFunction<RoomName> mostClients,
      ToIntFunction<RoomName> toldOfDepartures,
      LongSupplier unixMillis,
      LongSupplier nanoTime,
      ClusterDirectory.Effects effects) {
    RoomPresence presence =
        new RoomPresence(
            journal,
            mostClients,
            new RoomPresence.Elsewhere() {
              @Override
              public void changed(RoomName room, ClientId client) {
                tellChanged(room, client);
              }

              @Override
              public List<NodeName> missing() {
                return remote.missing();
              }
            });
    PresenceReporter.Own own =
        new PresenceReporter.Own() {
          @Override
          public int connections(ClientId client) {
            return registry.count(client);
          }

          @Override
          public void visit(RemoteClients.Visitor visitor) {
            registry.visit(visitor::visit);
          }
        };
    PresenceReporter made =
        new PresenceReporter(own, presence, ofThisNode.relay(), ofThisNode.origin(), nanoTime);
    remote.begin(
        presence::told,
        (room, client, left) -> {
          if (left > 0 && left <= toldOfDepartures.applyAsInt(room)) {
            TopicName topic = TopicName.room(room);
            ofThisNode.tellHere(
                topic,
                List.of(
                    new Publication(
                        topic,
                        null,
                        0,
                        unixMillis.getAsLong(),
                        "",
                        new Entry.Departure(client),
                        null)));
          }
        },
        made::tellAllSoon,
        client -> made.changed(null, client));
    directory.begin(ofThisNode.relay(), ofThisNode.origin(), effects);
    reporter = made;
    cluster = ofThisNode;
    return presence;
  }

  private void tellChanged(RoomName room, ClientId client) {
    PresenceReporter telling = reporter;
    if (telling != null) {
      telling.changed(room, client);
    }
  }

  /// A message of another node.
  public void received(RelayMessage message) {
    remote.received(message);
    directory.received(message);
  }

  /// A node has said in the database that it is there.
  public void seen(NodeName node, long incarnation) {
    remote.seen(node, incarnation);
  }

  /// The number of other nodes that are there.
  public int nodes() {
    return remote.nodes().size();
  }

  /// Does what is due. Called some hundred times a second, by one thread.
  public void look() {
    PresenceReporter telling = reporter;
    if (telling != null) {
      telling.look();
    }
    remote.look();
    Cluster of = cluster;
    if (of != null && of.resumptions() != resumptions) {
      resumptions = of.resumptions();
      directory.readSoon();
    }
    directory.look();
  }
}
