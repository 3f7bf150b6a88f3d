package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.connection.ConnectionDirectory.Present;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.SendHistory;
import dev.tertulia.server.notification.SendRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The connections of this server, by client. Safe for any thread.
///
/// A client is registered from its first connection to its last.
public final class ConnectionRegistry {
  /// The maximum time for a loop to answer, in seconds.
  private static final int PATIENCE_SECONDS = 10;

  private final ConcurrentHashMap<ClientId, Connection[]> byClient = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final EndedConnections ended = new EndedConnections();
  private final LongSupplier nanoClock;
  private final long startedAt;
  private final LimitCounters counters;
  private final int roomsPerClient;
  private final RefusalLog tooManyRooms;
  private final OtherNodes others;

  /// The limit of a client.
  private volatile PerClient perClient;

  /// Until when clients that connect while the server drains are to stay away; `null` while it does
  /// not.
  private volatile @Nullable Supplier<Duration> closed;

  /// See [#revokedBy].
  private volatile Predicate<Principal> revoked = principal -> false;

  /// @param tooMany logs what is refused
  private record PerClient(int most, RefusalLog tooMany) {
    static PerClient of(int most, LimitCounters counters) {
      return new PerClient(
          most,
          counters.log(
              Limit.CONNECTIONS_PER_CLIENT,
              "Connections are closed with 4502, of a client with "
                  + most
                  + " (limits.connections_per_client)"));
    }
  }

  /// @param perClient the maximum number of connections per client
  /// @param roomsPerClient the maximum number of rooms that the connections of a client are in
  /// @param nanoClock a monotonic clock, in nanoseconds
  /// @param others what counts towards the limits of a client on other nodes
  public ConnectionRegistry(
      int perClient,
      int roomsPerClient,
      LongSupplier nanoClock,
      LimitCounters counters,
      OtherNodes others) {
    this.others = others;
    this.counters = counters;
    this.perClient = PerClient.of(perClient, counters);
    this.roomsPerClient = roomsPerClient;
    tooManyRooms =
        counters.log(
            Limit.JOINED_ROOMS_PER_CLIENT,
            "A client is kept out of further rooms: its connections are in %s (%s)"
                .formatted(roomsPerClient, Limit.JOINED_ROOMS_PER_CLIENT.setting()));
    this.nanoClock = nanoClock;
    startedAt = nanoClock.getAsLong();
  }

  /// Replaces the limit of a client. Connections that exceed it stay open.
  ///
  /// @param most the maximum number of connections
  public void limitPerClient(int most) {
    perClient = PerClient.of(most, counters);
  }

  /// Sets which principals were revoked, before the first connection. It is asked on the loop of a
  /// connection, when that is added or its principal is renewed, and by [#closeRevoked].
  public void revokedBy(Predicate<Principal> revoked) {
    this.revoked = revoked;
  }

  /// Closes all connections whose principal was revoked, each on its own loop.
  ///
  /// @return how many
  public int closeRevoked() {
    return closeIf(revoked);
  }

  /// Closes all connections of `client` because it was revoked, but those of programs with a key.
  ///
  /// @return how many
  public int closeRevoked(ClientId client) {
    return closeIf(principal -> principal.client().equals(client) && principal.key() == null);
  }

  private int closeIf(Predicate<Principal> concerned) {
    int count = 0;
    for (Connection[] all : byClient.values()) {
      for (Connection connection : all) {
        if (concerned.test(connection.principal())) {
          count++;
          connection.closeSoonIf(concerned, CloseReason.REVOKED);
        }
      }
    }
    return count;
  }

  /// Whether a principal was revoked.
  boolean isRevoked(Principal principal) {
    return revoked.test(principal);
  }

  /// The number of connections.
  public int connections() {
    return connections.get();
  }

  /// The number of connected clients.
  public int clients() {
    return byClient.size();
  }

  /// The number of connections of a client.
  public int count(ClientId client) {
    Connection[] all = byClient.get(client);
    return all == null ? 0 : all.length;
  }

  /// Calls `visitor` with each connected client and the number of its connections.
  public void visit(ObjIntConsumer<ClientId> visitor) {
    byClient.forEach((client, all) -> visitor.accept(client, all.length));
  }

  /// Whether a client has a connection.
  public boolean isConnected(ClientId client) {
    return byClient.containsKey(client);
  }

  /// Has all connections that are opened from now on closed at once, because the server ends: their
  /// clients are told so by the protocol, which they understand, instead of by a refusal.
  ///
  /// @param backIn how long until each client is to come back; called on the loops
  /// @return the open connections, in an order by chance; some may have ended already, and others
  ///   may close themselves for the same reason
  public List<Connection> part(Supplier<Duration> backIn) {
    closed = backIn;
    List<Connection> all = new ArrayList<>();
    byClient.values().forEach(some -> all.addAll(Arrays.asList(some)));
    Collections.shuffle(all);
    return all;
  }

  /// Closes connections because the server ends.
  ///
  /// @param gently whether what they owe their clients is sent before, for a few seconds at most
  /// @param backIn how long until the client with the given place in `connections` is to come back
  public static void part(
      List<Connection> connections, boolean gently, IntFunction<Duration> backIn) {
    for (int i = 0; i < connections.size(); i++) {
      Connection connection = connections.get(i);
      if (gently) {
        connection.partSoon(backIn.apply(i));
      } else {
        connection.leaveSoon(backIn.apply(i));
      }
    }
  }

  /// How a connection that is being opened is to be closed, because the server ends; `null` if it
  /// may stay.
  @Nullable CloseReason farewell(Connection connection) {
    Supplier<Duration> backIn = closed;
    return backIn == null ? null : connection.farewell(backIn.get());
  }

  /// Closes every connection, each on its own loop.
  public void closeAll(CloseReason reason) {
    byClient.forEach((client, all) -> {
      for (Connection connection : all) {
        connection.closeSoon(reason);
      }
    });
  }

  /// The connected clients whose ids begin with `prefix` and come after `after`, ordered by id; at
  /// most `limit`.
  ///
  /// @param prefix empty for all
  /// @param after empty for the first page
  public List<Present> clients(String prefix, String after, int limit) {
    PriorityQueue<Present> first =
        new PriorityQueue<>(
            Comparator.comparing((Present present) -> present.client().value()).reversed());
    byClient.forEach((client, all) -> {
      if (client.value().startsWith(prefix) && client.value().compareTo(after) > 0) {
        first.add(new Present(client, all.length));
        if (first.size() > limit) {
          first.remove();
        }
      }
    });
    return first.stream().sorted(first.comparator().reversed()).toList();
  }

  /// Snapshots of the connections of `client`.
  ///
  /// @return completed by their loops
  public CompletableFuture<List<ConnectionView>> views(ClientId client) {
    return each(client, Connection::view).thenApply(ConnectionRegistry::known);
  }

  /// What the connections of `client` were sent from its inbox: the open ones, and the latest
  /// closed ones.
  ///
  /// @param unixMillis the current time
  /// @return completed by their loops
  public CompletableFuture<SendHistory> sendHistory(ClientId client, long unixMillis) {
    return each(client, Connection::sentSoon)
        .thenApply(open -> {
          List<SendRecord> records = new ArrayList<>();
          known(open).forEach(view -> records.add(sendRecord(view, unixMillis, true)));
          // Read after the open ones, so that one that ends meanwhile is not missed.
          ended.of(client).forEach(view -> records.add(sendRecord(view, unixMillis, false)));
          return new SendHistory(
              records,
              unixMillis - TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - startedAt));
        });
  }

  private SendRecord sendRecord(SentView view, long unixMillis, boolean open) {
    long now = nanoClock.getAsLong();
    long began = unixMillis - TimeUnit.NANOSECONDS.toMillis(now - view.began());
    return new SendRecord(
        view.name(),
        view.speaks(),
        view.device(),
        began,
        open ? null : Long.valueOf(unixMillis - TimeUnit.NANOSECONDS.toMillis(now - view.at())),
        view.personal(),
        view.broadcasts());
  }

  /// Remembers what a connection that ends was sent from the inbox of its client.
  void remember(ClientId client, SentView sent) {
    ended.add(client, sent);
  }

  /// Closes the connections of `client`.
  ///
  /// @return the number of closed connections
  public int close(ClientId client, CloseReason reason) {
    List<Connection> all = of(client).toList();
    all.forEach(connection -> connection.closeSoon(reason));
    return all.size();
  }

  /// Closes the connections of an erased client, and forgets what it was sent.
  public void erase(ClientId client) {
    of(client)
        .forEach(connection -> {
          connection.closeSoon(CloseReason.DISCONNECTED);
          connection.executeAnyway(() -> ended.remove(client));
        });
    ended.remove(client);
  }

  /// Removes `client`, which is no longer a member, from a room for members only.
  ///
  /// @return completed by their loops when this is done on every connection, with their number
  public CompletableFuture<Integer> expel(ClientId client, RoomName room) {
    return each(client, connection -> connection.expelSoon(room)).thenApply(List::size);
  }

  /// Has each connection of a client with a group checked again, soon and on its loop: what groups
  /// may do has changed.
  public void recheckGroups() {
    for (Connection[] all : byClient.values()) {
      for (Connection connection : all) {
        if (!connection.principal().claims().groups().isEmpty()) {
          connection.recheckSoon();
        }
      }
    }
  }

  /// Has each connection checked again, soon and on its loop: lists of members may have changed.
  public void recheckAll() {
    byClient.values().forEach(all -> Arrays.stream(all).forEach(Connection::recheckSoon));
  }

  private Stream<Connection> of(ClientId client) {
    Connection[] all = byClient.get(client);
    return all == null ? Stream.empty() : Arrays.stream(all);
  }

  /// Asks every connection of `client`, at once. The time limit is one for all: a loop that takes
  /// longer is ending or has a bug.
  private <T extends @Nullable Object> CompletableFuture<List<T>> each(
      ClientId client, Function<Connection, CompletableFuture<T>> ask) {
    List<CompletableFuture<T>> asked = of(client).map(ask).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .thenApply(done -> {
          List<T> answers = new ArrayList<>(asked.size());
          asked.forEach(one -> answers.add(one.join()));
          return answers;
        });
  }

  /// The answers of connections that have not ended.
  private static <T> List<T> known(List<@Nullable T> answers) {
    List<T> known = new ArrayList<>(answers.size());
    for (T answer : answers) {
      if (answer != null) {
        known.add(answer);
      }
    }
    return known;
  }

  /// Whether `connection` may join another room, according to the number of rooms that all
  /// connections of its client are in. Concurrent callers may exceed the limit together.
  ///
  /// @param rooms the number of rooms that `connection` is in or about to enter
  @SuppressWarnings("ReferenceEquality") // It is this very connection, or another.
  boolean mayJoinAnother(Connection connection, int rooms) {
    long joined = (long) rooms + others.joinedRooms(connection.client());
    Connection[] all = byClient.get(connection.client());
    if (all != null) {
      for (Connection other : all) {
        joined += other == connection ? 0 : other.joinedRooms();
      }
    }
    if (joined < roomsPerClient) {
      return true;
    }
    tooManyRooms.add(connection.client());
    return false;
  }

  /// Adds a connection, unless the limit is reached.
  ///
  /// @return `false` if the client has reached its connection limit
  @SuppressWarnings("ReferenceEquality") // It is this very connection that was added, or not.
  boolean add(Connection connection) {
    Connection @Nullable [] all =
        byClient.compute(connection.client(), (client, known) -> with(known, connection));
    if (all == null || all[all.length - 1] != connection) {
      perClient.tooMany.add(connection.client());
      return false;
    }
    connections.incrementAndGet();
    others.changed(connection.client());
    // Only now: one that is revoked after this is found by closeRevoked.
    if (revoked.test(connection.principal())) {
      connection.closeSoon(CloseReason.REVOKED);
    }
    return true;
  }

  /// Removes a connection that was added.
  ///
  /// @return whether it was the last one of its client
  boolean remove(Connection connection) {
    Connection[] left =
        byClient.computeIfPresent(connection.client(), (client, all) -> without(all, connection));
    connections.decrementAndGet();
    others.changed(connection.client());
    return left == null;
  }

  private Connection @Nullable [] with(Connection @Nullable [] some, Connection more) {
    int here = some == null ? 0 : some.length;
    if (here + others.connections(more.client()) >= perClient.most) {
      return some;
    }
    if (some == null) {
      return new Connection[] {more};
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
