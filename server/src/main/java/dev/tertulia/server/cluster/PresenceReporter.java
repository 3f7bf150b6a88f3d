package dev.tertulia.server.cluster;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.RoomPresence;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Presence;
import dev.tertulia.server.relay.RelayMessage.Presence.Stay;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Tells other nodes which clients are on this one: all of them every few seconds, and changes
/// within milliseconds, each as it is then. Any thread notes changes; [#look] is for one.
final class PresenceReporter {
  /// How often everything is told.
  static final long PERIOD = TimeUnit.SECONDS.toNanos(5);

  /// The most clients of a message.
  private static final int MOST_STAYS = 500;

  /// The connections of this node.
  interface Own {
    /// The number of connections of a client.
    int connections(ClientId client);

    /// All clients.
    void visit(RemoteClients.Visitor visitor);
  }

  /// What has changed: a client in a room, or altogether.
  private record Key(@Nullable RoomName room, ClientId client) {}

  private final Own own;
  private final RoomPresence presence;
  private final Relay relay;
  private final Origin origin;
  private final LongSupplier nanoTime;
  private final Set<Key> changed = ConcurrentHashMap.newKeySet();
  private volatile boolean soon = true;
  private long round;
  private long toldAt;

  PresenceReporter(
      Own own, RoomPresence presence, Relay relay, Origin origin, LongSupplier nanoTime) {
    this.own = own;
    this.presence = presence;
    this.relay = relay;
    this.origin = origin;
    this.nanoTime = nanoTime;
    toldAt = nanoTime.getAsLong();
  }

  /// The connections of a client have changed. Never blocks.
  ///
  /// @param room in which room; `null` for all of them
  void changed(@Nullable RoomName room, ClientId client) {
    changed.add(new Key(room, client));
  }

  /// Everything is to be told again. Never blocks.
  void tellAllSoon() {
    soon = true;
  }

  /// Tells what is due.
  void look() {
    long now = nanoTime.getAsLong();
    if (soon || now - toldAt >= PERIOD) {
      soon = false;
      toldAt = now;
      // What changes from now on is told after this.
      changed.clear();
      tellAll();
      return;
    }
    List<Stay> stays = new ArrayList<>(0);
    for (Iterator<Key> all = changed.iterator(); all.hasNext(); ) {
      Key key = all.next();
      all.remove();
      stays.add(now(key));
      if (stays.size() == MOST_STAYS) {
        relay.send(new Presence(origin, round, 0, 0, stays));
        stays = new ArrayList<>();
      }
    }
    if (!stays.isEmpty()) {
      relay.send(new Presence(origin, round, 0, 0, stays));
    }
  }

  private Stay now(Key key) {
    RoomName room = key.room;
    if (room == null) {
      return new Stay(null, key.client, "", own.connections(key.client));
    }
    RoomPresence.Here here = presence.here(room, key.client);
    return new Stay(room, key.client, here.name(), here.connections());
  }

  private void tellAll() {
    round++;
    List<Stay> stays = new ArrayList<>();
    own.visit((client, connections) -> stays.add(new Stay(null, client, "", connections)));
    presence.visit(
        (room, client, here) -> stays.add(new Stay(room, client, here.name(), here.connections())));
    int parts = Math.max(1, Math.ceilDiv(stays.size(), MOST_STAYS));
    for (int part = 0; part < parts; part++) {
      int from = part * MOST_STAYS;
      relay.send(
          new Presence(
              origin,
              round,
              part,
              parts,
              stays.subList(from, Math.min(stays.size(), from + MOST_STAYS))));
    }
  }
}
