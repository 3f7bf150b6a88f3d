package dev.tertulia.server.connection;

import dev.tertulia.server.notification.Sending;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.CloseReason;
import dev.tertulia.server.protocol.RoomName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who is connected to this server, by client. Safe for any thread.
///
/// A client is here from its first connection to its last.
public final class ConnectionRegistry {
  /// How long a loop may take to answer.
  private static final int PATIENCE_SECONDS = 10;

  private final ConcurrentHashMap<ClientId, Connection[]> byClient = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final EndedConnections ended = new EndedConnections();
  private final LongSupplier nanoClock;
  private final int perClient;
  private final Refusals tooMany;

  /// A client that is connected.
  ///
  /// @param connections how many it has
  public record Present(ClientId client, int connections) {}

  /// @param perClient the most connections of one client
  /// @param nanoClock nanoseconds of a clock that never goes back
  public ConnectionRegistry(int perClient, LongSupplier nanoClock) {
    this.perClient = perClient;
    this.nanoClock = nanoClock;
    tooMany =
        new Refusals(
            "Connections are closed with 4502, of a client with "
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

  /// Those who are connected whose names come after `after`, by name; at most `limit`.
  ///
  /// @param after empty for the first
  public List<Present> clients(String after, int limit) {
    PriorityQueue<Present> first =
        new PriorityQueue<>(
            Comparator.comparing((Present present) -> present.client().value()).reversed());
    byClient.forEach((client, all) -> {
      if (client.value().compareTo(after) > 0) {
        first.add(new Present(client, all.length));
        if (first.size() > limit) {
          first.remove();
        }
      }
    });
    return first.stream().sorted(first.comparator().reversed()).toList();
  }

  /// What the connections of `client` are like now. Waits for their loops.
  public List<ConnectionView> views(ClientId client) {
    List<ConnectionView> views = new ArrayList<>();
    for (CompletableFuture<@Nullable ConnectionView> asked :
        of(client).map(connection -> inTime(connection.view())).toList()) {
      ConnectionView view = asked.join();
      if (view != null) {
        views.add(view);
      }
    }
    return views;
  }

  /// What the connections of `client` were sent of its inbox: those that are open, and the latest
  /// that have ended. Waits for their loops.
  ///
  /// @param unixMillis the time now
  public List<Sending> sendings(ClientId client, long unixMillis) {
    List<Sending> sendings = new ArrayList<>();
    for (CompletableFuture<@Nullable SentView> asked :
        of(client).map(connection -> inTime(connection.sentSoon())).toList()) {
      SentView view = asked.join();
      if (view != null) {
        sendings.add(sending(view, unixMillis, true));
      }
    }
    // After the open ones, so that one that ends meanwhile is not missed.
    ended.of(client).forEach(view -> sendings.add(sending(view, unixMillis, false)));
    return sendings;
  }

  private Sending sending(SentView view, long unixMillis, boolean open) {
    long now = nanoClock.getAsLong();
    long began = unixMillis - TimeUnit.NANOSECONDS.toMillis(now - view.began());
    return new Sending(
        view.name(),
        view.speaks(),
        view.device(),
        began,
        open ? null : Long.valueOf(unixMillis - TimeUnit.NANOSECONDS.toMillis(now - view.at())),
        view.personal(),
        view.broadcasts());
  }

  /// What a connection that ends was sent of its client's inbox.
  void remember(ClientId client, SentView sent) {
    ended.add(client, sent);
  }

  /// Closes the connections of `client`.
  ///
  /// @return how many
  public int close(ClientId client, CloseReason reason) {
    List<Connection> all = of(client).toList();
    all.forEach(connection -> connection.closeSoon(reason));
    return all.size();
  }

  /// Closes the connections of a client that is erased, and forgets what it was sent.
  public void erase(ClientId client) {
    of(client)
        .forEach(connection -> {
          connection.closeSoon(CloseReason.DISCONNECTED);
          connection.executeAnyway(() -> ended.remove(client));
        });
    ended.remove(client);
  }

  /// Puts `client` out of a room that is for those on its list alone: it is on that no more. Waits
  /// until it is so on every connection.
  public void expel(ClientId client, RoomName room) {
    of(client)
        .map(connection -> inTime(connection.expelSoon(room)))
        .toList()
        .forEach(CompletableFuture::join);
  }

  private Stream<Connection> of(ClientId client) {
    Connection[] all = byClient.get(client);
    return all == null ? Stream.empty() : Arrays.stream(all);
  }

  /// From the moment in which it is asked for: whoever asks many waits no longer for them than for
  /// one. A loop that takes longer is ending, or has a defect.
  private static <T extends @Nullable Object> CompletableFuture<T> inTime(
      CompletableFuture<T> asked) {
    return asked.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
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
