package dev.tertulia.server.cluster;

import dev.tertulia.server.cluster.Questions.Answers;
import dev.tertulia.server.connection.ConnectionDirectory;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.ConnectionView;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.SendHistory;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Answer;
import dev.tertulia.server.relay.RelayMessage.Disconnect;
import dev.tertulia.server.relay.RelayMessage.Erasure;
import dev.tertulia.server.relay.RelayMessage.Inquiry;
import dev.tertulia.server.relay.RelayMessage.Membership;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Report;
import dev.tertulia.server.relay.RelayMessage.Revocation;
import dev.tertulia.server.relay.RelayMessage.SentInquiry;
import dev.tertulia.server.relay.RelayMessage.SentReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The connections of all nodes. What nodes have [told][RemoteClients] of their clients is answered
/// at once; what only they know is asked, and what is to be done is told to all.
///
/// A [question][Questions] is answered when all nodes have answered that are there, or after
/// [Partial#PATIENCE], with the names of those that have not.
public final class ClusterDirectory implements ConnectionDirectory {
  /// What this node does when another one tells that something stored has changed.
  public interface Effects {
    /// Lists of members are to be read again.
    void listsChanged();

    /// What a list of members says of a client is to be read again.
    ///
    /// @param then runs when that is known, on any thread
    void listChanged(RoomName room, ClientId client, Runnable then);

    /// What is revoked is to be read again.
    ///
    /// @param then runs once that is in force, on any thread
    void revocationsChanged(Runnable then);

    /// What is revoked may have changed, and is to be read once.
    ///
    /// @param then runs after that, on any thread
    void revocationsMayHaveChanged(Runnable then);
  }

  /// How often what is stored is read again, though nobody has told that it has changed: the relay
  /// may have lost that.
  private static final long READ_AGAIN = TimeUnit.SECONDS.toNanos(30);

  /// From when to when a node is told again what it has not confirmed.
  private static final long REPEAT = TimeUnit.SECONDS.toNanos(5);

  /// The most that is told again; beyond it the oldest is forgotten.
  private static final int MOST_UNCONFIRMED = 1_000;

  private final ConnectionDirectory local;
  private final ConnectionRegistry registry;
  private final RemoteClients remote;
  private final LongSupplier nanoTime;
  private final Questions questions;

  /// `null` until it begins.
  private volatile @Nullable Wire wire;

  /// When it was read last. Owned by the caller of [#look].
  private long readAt;

  private volatile boolean readSoon;

  /// What has not been confirmed, oldest first. Guarded by `this`.
  private final Queue<Expulsion> unconfirmed = new ArrayDeque<>(0);

  /// When it was repeated last. Owned by the caller of [#look].
  private long repeatedAt;

  /// A client that is no longer in the list of a room, and the nodes that may not know it.
  private record Expulsion(ClientId client, RoomName room, Set<NodeName> missing) {}

  private record Wire(Relay relay, Origin origin, Effects effects) {}

  /// @param local the connections of this node, which are in `registry`
  public ClusterDirectory(
      ConnectionDirectory local,
      ConnectionRegistry registry,
      RemoteClients remote,
      LongSupplier nanoTime) {
    this.local = local;
    this.registry = registry;
    this.remote = remote;
    this.nanoTime = nanoTime;
    questions = new Questions(nanoTime);
    readAt = nanoTime.getAsLong();
    repeatedAt = readAt;
  }

  /// Begins to ask others, and to answer them.
  public void begin(Relay relay, Origin origin, Effects effects) {
    wire = new Wire(relay, origin, effects);
  }

  private CompletableFuture<Answers> ask(LongFunction<RelayMessage> message) {
    Wire now = wire;
    return now == null
        ? CompletableFuture.completedFuture(new Answers(List.of(), remote.nodes()))
        : questions.ask(now.relay, remote.nodes(), message);
  }

  private Origin origin() {
    Wire now = wire;
    if (now == null) {
      throw new IllegalStateException("no other node is asked yet");
    }
    return now.origin;
  }

  /// The relay works again: what is stored is to be read, because others may have told that it has
  /// changed. Never blocks.
  void readSoon() {
    readSoon = true;
  }

  private void readAgain() {
    Wire now = wire;
    long time = nanoTime.getAsLong();
    boolean interrupted = readSoon;
    if (now != null && (interrupted || time - readAt >= READ_AGAIN)) {
      readSoon = false;
      readAt = time;
      now.effects.listsChanged();
      if (interrupted) {
        // Whoever is no longer a member leaves.
        registry.recheckAll();
      }
      now.effects.revocationsMayHaveChanged(registry::closeRevoked);
    }
  }

  /// Ends questions that have waited for too long, and reads what is due.
  void look() {
    readAgain();
    questions.look();
    repeat();
  }

  /// A message of another node.
  void received(RelayMessage message) {
    Wire now = wire;
    if (now == null) {
      return;
    }
    switch (message) {
      case Answer answer -> answered(now, answer.to(), answer.question(), message);
      case Report report -> answered(now, report.to(), report.question(), message);
      case SentReport report -> answered(now, report.to(), report.question(), message);
      case Disconnect order ->
          answer(
              now,
              message,
              order.question(),
              order.closeCode() == CloseReason.REVOKED.code()
                  ? registry.closeRevoked(order.client())
                  : registry.close(order.client(), CloseReason.DISCONNECTED));
      case Revocation order ->
          now.effects.revocationsChanged(
              () -> answer(now, message, order.question(), registry.closeRevoked()));
      case Membership order -> {
        if (order.question() == 0) {
          now.effects.listsChanged();
        } else {
          now.effects.listChanged(
              order.room(),
              order.client(),
              () ->
                  registry
                      .expel(order.client(), order.room())
                      .thenAccept(count -> answer(now, message, order.question(), count)));
        }
      }
      case Erasure order -> registry.erase(order.client());
      case Inquiry order ->
          registry
              .views(order.client())
              .thenAccept(views ->
                  now.relay.send(
                      new Report(
                          now.origin,
                          order.question(),
                          message.origin().node(),
                          views.stream().map(ClusterDirectory::seen).toList())));
      case SentInquiry order ->
          registry
              .sendHistory(order.client(), 0)
              .thenAccept(history ->
                  now.relay.send(
                      SentReports.of(
                          now.origin, order.question(), message.origin().node(), history)));
      case RelayMessage.Publications _,
          RelayMessage.Signals _,
          RelayMessage.Presence _,
          RelayMessage.Announcement _,
          RelayMessage.Primary _,
          RelayMessage.Unknown _ -> {
        // Others receive these.
      }
    }
  }

  private static void answer(Wire now, RelayMessage asked, long question, int count) {
    if (question != 0) {
      now.relay.send(new Answer(now.origin, question, asked.origin().node(), count));
    }
  }

  private static Report.Seen seen(ConnectionView view) {
    return new Report.Seen(
        view.name(), view.speaks(), view.age().toMillis(), view.waitingBytes(), view.rooms());
  }

  private void answered(Wire now, NodeName to, long question, RelayMessage answer) {
    if (to.equals(now.origin.node())) {
      questions.answered(question, answer);
    }
  }

  /// The answers of this node and of the others together.
  private static <T> CompletableFuture<Partial<T>> both(
      CompletableFuture<Partial<T>> here,
      CompletableFuture<Answers> others,
      BiFunction<T, List<RelayMessage>, T> sum) {
    return here.thenCombine(
        others,
        (own, asked) -> new Partial<>(sum.apply(own.value(), asked.received()), asked.missing()));
  }

  private CompletableFuture<Partial<Integer>> count(
      CompletableFuture<Partial<Integer>> here, LongFunction<RelayMessage> message) {
    return both(
        here,
        ask(message),
        (own, others) -> own + each(others, Answer.class).mapToInt(Answer::count).sum());
  }

  @Override
  public boolean isConnected(ClientId client) {
    return local.isConnected(client) || remote.connections(client) > 0;
  }

  @Override
  public CompletableFuture<Partial<Totals>> totals() {
    int[] connections = {registry.connections()};
    int[] clients = {registry.clients()};
    remote.visit((client, count) -> {
      connections[0] += count;
      clients[0] += registry.isConnected(client) ? 0 : 1;
    });
    return CompletableFuture.completedFuture(
        new Partial<>(new Totals(connections[0], clients[0]), remote.missing()));
  }

  @Override
  public CompletableFuture<Partial<List<Present>>> clients(String prefix, String after, int limit) {
    Map<ClientId, Integer> all = new HashMap<>();
    // Among the first of each side are the first of both.
    registry.clients(prefix, after, limit).forEach(own -> all.put(own.client(), own.connections()));
    List<ClientId> others = new ArrayList<>();
    remote.visit((client, count) -> {
      if (client.value().startsWith(prefix) && client.value().compareTo(after) > 0) {
        others.add(client);
      }
    });
    others.sort(Comparator.comparing(ClientId::value));
    for (ClientId client : others.subList(0, Math.min(limit, others.size()))) {
      all.putIfAbsent(client, registry.count(client));
    }
    List<Present> first =
        all.entrySet().stream()
            .map(each ->
                new Present(each.getKey(), each.getValue() + remote.connections(each.getKey())))
            .filter(each -> each.connections() > 0)
            .sorted(Comparator.comparing(each -> each.client().value()))
            .limit(limit)
            .toList();
    return CompletableFuture.completedFuture(new Partial<>(first, remote.missing()));
  }

  @Override
  public CompletableFuture<Partial<List<ConnectionView>>> views(ClientId client) {
    return both(
        local.views(client),
        ask(number -> new Inquiry(origin(), number, client)),
        (own, others) -> {
          List<ConnectionView> all = new ArrayList<>(own);
          each(others, Report.class)
              .flatMap(report -> report.connections().stream())
              .map(ClusterDirectory::view)
              .forEach(all::add);
          return all;
        });
  }

  private static ConnectionView view(Report.Seen seen) {
    return new ConnectionView(
        seen.name(),
        seen.speaks(),
        Duration.ofMillis(seen.age()),
        seen.waitingBytes(),
        seen.rooms());
  }

  private static <T extends RelayMessage> Stream<T> each(
      List<RelayMessage> answers, Class<T> kind) {
    return answers.stream().filter(kind::isInstance).map(kind::cast);
  }

  @Override
  public CompletableFuture<Partial<SendHistory>> sendHistory(ClientId client, long unixMillis) {
    return both(
        local.sendHistory(client, unixMillis),
        ask(number -> new SentInquiry(origin(), number, client)),
        (own, others) ->
            each(others, SentReport.class)
                .map(report -> SentReports.history(report, unixMillis))
                .reduce(own, SendHistory::plus));
  }

  @Override
  public CompletableFuture<Partial<Integer>> disconnect(ClientId client, CloseReason reason) {
    return count(
        local.disconnect(client, reason),
        number -> new Disconnect(origin(), number, client, reason.code()));
  }

  @Override
  public CompletableFuture<Partial<Integer>> closeRevoked() {
    return count(local.closeRevoked(), number -> new Revocation(origin(), number));
  }

  @Override
  public CompletableFuture<Partial<Integer>> closeRevoked(ClientId client) {
    return count(
        local.closeRevoked(client),
        number -> new Disconnect(origin(), number, client, CloseReason.REVOKED.code()));
  }

  @Override
  public CompletableFuture<Partial<Integer>> expel(ClientId client, RoomName room) {
    return count(local.expel(client, room), number -> membership(number, client, room))
        .whenComplete((answer, failure) -> {
          if (answer != null) {
            repeatLater(new Expulsion(client, room, Set.copyOf(answer.missing())));
          }
        });
  }

  private RelayMessage membership(long question, ClientId client, RoomName room) {
    return new Membership(origin(), question, client, room);
  }

  private synchronized void repeatLater(Expulsion expulsion) {
    if (!expulsion.missing.isEmpty()) {
      if (unconfirmed.size() == MOST_UNCONFIRMED) {
        unconfirmed.remove();
      }
      unconfirmed.add(expulsion);
    }
  }

  /// Tells those who have not confirmed it that a client is to be removed from a room, as long as
  /// they are there.
  private void repeat() {
    Wire now = wire;
    long time = nanoTime.getAsLong();
    if (now == null || time - repeatedAt < REPEAT) {
      return;
    }
    repeatedAt = time;
    List<Expulsion> all;
    synchronized (this) {
      all = List.copyOf(unconfirmed);
      unconfirmed.clear();
    }
    for (Expulsion one : all) {
      List<NodeName> asked = new ArrayList<>(remote.nodes());
      asked.retainAll(one.missing);
      questions
          .ask(now.relay, asked, number -> membership(number, one.client, one.room))
          .thenAccept(answers ->
              repeatLater(new Expulsion(one.client, one.room, Set.copyOf(answers.missing()))));
    }
  }

  @Override
  public void erase(ClientId client) {
    local.erase(client);
    Wire now = wire;
    if (now != null) {
      now.relay.send(new Erasure(now.origin, client));
    }
  }

  /// Tells the others that the list of members of a room has changed, and is stored.
  public void tellListChanged(RoomName room, ClientId client) {
    Wire now = wire;
    if (now != null) {
      now.relay.send(new Membership(now.origin, 0, client, room));
    }
  }

  /// Tells the others that what is revoked has changed, and is stored.
  public void tellRevoked() {
    Wire now = wire;
    if (now != null) {
      now.relay.send(new Revocation(now.origin, 0));
    }
  }
}
