package dev.tertulia.server.connection;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.logging.LogContext;
import dev.tertulia.server.logging.LogField;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.Departures;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.topic.Loop;
import dev.tertulia.server.topic.LoopTopics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The state of one event loop: its connections, their subscriptions and heartbeat, and the
/// connections to flush at the end of the turn. For that loop only, unless stated otherwise.
///
/// At the end of a turn, gathered publications are delivered to the subscribers, and every
/// connection with output is flushed once. Then the loop rests, for as long as [FlushPacer]
/// determines.
public final class ConnectionLoop {
  private static final Logger log = LoggerFactory.getLogger(ConnectionLoop.class);

  /// The number of ticks per heartbeat interval, unless they would be shorter than
  /// [#SHORTEST_TICK].
  private static final int TICKS = 100;

  private static final Duration SHORTEST_TICK = Duration.ofMillis(10);

  /// How often the loop looks for connections whose principals have expired.
  private static final Duration EXPIRY_TICK = Duration.ofMillis(500);

  /// The number of expired connections that are closed before the loop does other work.
  private static final int EXPIRED_AT_ONCE = 100;

  /// The maximum number of lost connections whose clients are expected back. Beyond it, others are
  /// told at once.
  private static final int MOST_EXPECTED = 1_000;

  private final Loop loop;
  private final LoopTopics topics;
  private final HeartbeatWheel heartbeat;
  private final ExpiryQueue expiries = new ExpiryQueue();
  private final InstantSource clock;
  private final long tickNanos;

  /// The time between two ticks above which this loop counts as stalled, so that signs of life may
  /// have been lost.
  private final long stallNanos;

  private long lastTick;

  /// The number of ticks of a stall that may still come.
  private long missedTicks;

  private final SlowConnections slow;
  private final ConnectionRegistry registry;
  private final PresenceStore presence;
  private final Departures departures;

  /// The limits in force. Owned by the loop.
  private ConnectionLimits limits;

  private final LimitCounters counters;
  private final ClientRates clientRates;
  private RefusalLog tooManyMessages;
  private RefusalLog tooManyBytes;
  private final AuditLog audit;
  private final LongSupplier nanoClock;
  private final EngineGuard guard;
  private final ConnectionMeters meters;
  private List<Connection> unflushed = new ArrayList<>();
  private List<Connection> flushing = new ArrayList<>();
  private final FlushPacer pacer;
  private final Runnable flush = this::flush;
  private final LongSupplier rest = this::rest;
  private boolean flushRequested;

  /// The number of lost connections whose clients are expected back.
  private int expected;

  private final AtomicBoolean reliefRequested = new AtomicBoolean();

  /// @param topics the topics of `loop`
  /// @param nanoClock a monotonic clock, in nanoseconds
  /// @param clock the clock by which principals expire
  public ConnectionLoop(
      Loop loop,
      LoopTopics topics,
      ConnectionRegistry registry,
      PresenceStore presence,
      Departures departures,
      ConnectionLimits limits,
      ClientRates clientRates,
      LimitCounters counters,
      SendBudget sendBudget,
      AuditLog audit,
      LongSupplier nanoClock,
      InstantSource clock,
      Meters meters,
      EngineGuard guard) {
    this.loop = loop;
    this.meters = new ConnectionMeters(meters);
    this.audit = audit;
    this.registry = registry;
    this.presence = presence;
    this.departures = departures;
    this.limits = limits;
    this.counters = counters;
    this.clientRates = clientRates;
    tooManyMessages = tooFast(counters, Limit.MESSAGES_PER_SECOND, limits.rate(), "messages");
    tooManyBytes = tooFast(counters, Limit.BYTES_PER_SECOND, limits.byteRate(), "bytes");
    this.nanoClock = nanoClock;
    this.clock = clock;
    this.guard = guard;
    pacer = new FlushPacer(limits.flushBudget().toNanos());
    this.topics = topics;
    topics.onGathered(this::requestFlush);
    int ticks = Math.clamp(limits.heartbeatInterval().dividedBy(SHORTEST_TICK), 4, TICKS);
    Duration tick = limits.heartbeatInterval().dividedBy(ticks);
    int bound = Math.toIntExact(limits.heartbeatTimeout().dividedBy(tick));
    slow = new SlowConnections(sendBudget);
    sendBudget.onExcess(this::relieveLater);
    heartbeat = new HeartbeatWheel(ticks, Math.max(bound, ticks + 1));
    tickNanos = tick.toNanos();
    stallNanos =
        Math.max(
            4 * tickNanos,
            limits.heartbeatTimeout().minus(limits.heartbeatInterval()).toNanos() / 2);
    lastTick = nanoClock.getAsLong();
    loop.execute(() -> {
      loop.every(EXPIRY_TICK, this::expire);
      loop.every(tick, this::tick);
    });
  }

  private static RefusalLog tooFast(LimitCounters counters, Limit limit, Rate rate, String units) {
    return counters.log(
        limit,
        "A connection is slowed down: the limit is %s %s per second (%s)"
            .formatted(rate.perSecond(), units, limit.setting()));
  }

  /// Replaces the rates and the size of send queues, soon and on the loop: rates of all
  /// connections, and the size of those that wait for the first time. The other limits stay.
  public void limitSoon(Rate rate, Rate byteRate, int sendQueueBytes) {
    loop.execute(() -> {
      limits =
          new ConnectionLimits(
              rate,
              byteRate,
              sendQueueBytes,
              limits.flushBudget(),
              limits.heartbeatInterval(),
              limits.heartbeatTimeout());
      tooManyMessages = tooFast(counters, Limit.MESSAGES_PER_SECOND, rate, "messages");
      tooManyBytes = tooFast(counters, Limit.BYTES_PER_SECOND, byteRate, "bytes");
    });
  }

  /// Creates a connection, which is to be opened next.
  public Connection connection(Principal principal, SessionFactory sessions, Transport transport) {
    return new Connection(this, principal, sessions, transport);
  }

  /// Opens a connection after its handshake. Its session may write at once, and its output follows
  /// the answer to the handshake. If the client has reached its connection limit, or the server is
  /// closing its connections, the connection is only closed.
  public void open(Connection connection) {
    CloseReason farewell = registry.farewell(connection);
    if (farewell != null) {
      connection.turnAway(farewell);
      return;
    }
    if (!registry.add(connection)) {
      connection.turnAway(CloseReason.TOO_MANY_CONNECTIONS);
      record(AuditLog.Event.REFUSED, connection, CloseReason.TOO_MANY_CONNECTIONS);
      return;
    }
    record(AuditLog.Event.CONNECTED, connection, null);
    meters.opened(connection.protocol());
    heartbeat.add(connection);
    expiries.add(connection);
    connection.opened();
    if (log.isDebugEnabled()) {
      try (LogContext _ = connection.logContext()) {
        log.debug("Connected");
      }
    }
    // Only now: one that is added before the server drains is closed with the others.
    CloseReason late = registry.farewell(connection);
    if (late != null) {
      connection.close(late);
    }
  }

  private void record(AuditLog.Event event, Connection connection, @Nullable CloseReason reason) {
    if (audit.records(event)) {
      Principal principal = connection.principal();
      audit.record(
          event,
          connection.peerAddress(),
          line -> {
            line.add("client", principal.client().value())
                .add("by", principal.kind().name().toLowerCase(Locale.ROOT))
                .add("protocol", connection.protocol());
            if (reason != null) {
              line.add("reason", reason.toString());
            }
          });
    }
  }

  /// Releases what waits to be sent, after all connections have left. Any thread.
  public void end() {
    executeIfAlive(topics::distribute);
  }

  /// The guard that receives failures.
  EngineGuard guard() {
    return guard;
  }

  /// Runs `task` on this loop. Any thread.
  void execute(Runnable task) {
    loop.execute(task);
  }

  /// Runs tasks on this loop; the same object for all its connections.
  Executor executor() {
    return loop;
  }

  /// Runs `task` on this loop unless it has ended. Any thread.
  ///
  /// @return `false` if the loop has ended
  boolean executeIfAlive(Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException loopHasEnded) {
      return false;
    }
  }

  void after(Duration delay, Runnable task) {
    loop.after(delay, task);
  }

  long now() {
    return nanoClock.getAsLong();
  }

  /// Whether a principal was revoked.
  boolean isRevoked(Principal principal) {
    return registry.isRevoked(principal);
  }

  PresenceStore presence() {
    return presence;
  }

  /// The limits of a connection.
  public ConnectionLimits limits() {
    return limits;
  }

  Rate byteRate() {
    return limits.byteRate();
  }

  Rate rate() {
    return limits.rate();
  }

  /// The limits on what all connections of a client do together.
  ClientRates clientRates() {
    return clientRates;
  }

  boolean mayJoinAnother(Connection connection, int rooms) {
    return registry.mayJoinAnother(connection, rooms);
  }

  /// Counts that a connection exceeds its rate of messages or bytes.
  void tooFast(ClientId client, Limit limit) {
    (limit == Limit.BYTES_PER_SECOND ? tooManyBytes : tooManyMessages).add(client);
  }

  /// What this loop counts of its connections.
  ConnectionMeters meters() {
    return meters;
  }

  LoopTopics topics() {
    return topics;
  }

  HeartbeatWheel heartbeat() {
    return heartbeat;
  }

  void flushLater(Connection connection) {
    unflushed.add(connection);
    requestFlush();
  }

  void left(Connection connection, CloseReason reason, boolean tellOthers) {
    meters.closed(reason);
    heartbeat.remove(connection);
    expiries.remove(connection);
    Collection<RoomName> rooms = connection.rooms();
    ClientId client = connection.client();
    if (log.isDebugEnabled()) {
      try (LogContext _ = connection.logContext().with(LogField.REASON, reason)) {
        log.debug("Disconnected");
      }
    }
    record(
        reason.isForCause() ? AuditLog.Event.CLOSED : AuditLog.Event.DISCONNECTED,
        connection,
        reason);
    if (connection.pauses()
        && reason.equals(CloseReason.CONNECTION_LOST)
        && tellOthers
        && expected < MOST_EXPECTED) {
      registry.remove(connection);
      expect(client, List.copyOf(rooms));
      return;
    }
    // The rooms are left before the registry, so that when the last connection of a client leaves
    // the registry, all others have left their rooms.
    rooms.forEach(room -> presence.leave(room, client, tellOthers));
    if (registry.remove(connection) && tellOthers) {
      rooms.forEach(room -> {
        // While the client is expected back there from another connection, it has not departed.
        if (!presence.isIn(room, client)) {
          departures.left(client, room, presence.count(room));
        }
      });
    }
  }

  /// Lets a client stay in `rooms` without a connection, for a heartbeat interval.
  private void expect(ClientId client, List<RoomName> rooms) {
    expected++;
    loop.after(
        limits.heartbeatInterval(),
        () -> {
          expected--;
          for (RoomName room : rooms) {
            if (presence.leave(room, client, true) && !registry.isConnected(client)) {
              departures.left(client, room, presence.count(room));
            }
          }
        });
  }

  /// Remembers what a connection that ends was sent from the inbox of its client.
  void remember(ClientId client, SentView sent) {
    registry.remember(client, sent);
  }

  /// After a stall, a loop gets all missed ticks at once. It received no input meanwhile, so that
  /// time is not silence of the clients, and only one of the ticks counts.
  private void tick() {
    long now = now();
    long since = now - lastTick;
    lastTick = now;
    if (missedTicks > 0 && since < tickNanos / 2) {
      missedTicks--;
      return;
    }
    missedTicks = 0;
    if (since > stallNanos) {
      log.warn(
          "An event loop was blocked for {} ms: clients are pinged before they are considered lost."
              + " If this repeats, check the machine for a lack of processors or memory",
          since / 1_000_000);
      missedTicks = since / tickNanos;
      heartbeat.stalled();
    }
    heartbeat.tick();
  }

  /// Closes the connections whose principals have expired; many of them with pauses, in which the
  /// loop does other work.
  private void expire() {
    Instant now = clock.instant();
    for (int i = 0; i < EXPIRED_AT_ONCE; i++) {
      ExpiryQueue.Member next = expiries.poll(now);
      if (next == null) {
        return;
      }
      next.expired();
    }
    loop.execute(this::expire);
  }

  ExpiryQueue expiries() {
    return expiries;
  }

  SlowConnections slow() {
    return slow;
  }

  /// Snapshots of the connections with the most waiting data, the slowest first. Any thread.
  ///
  /// @return completed with an empty list if the loop has ended
  public CompletableFuture<List<SlowView>> slowest(int most) {
    CompletableFuture<List<SlowView>> slowest = new CompletableFuture<>();
    boolean alive =
        executeIfAlive(() ->
            slowest.complete(
                slow.slowest(most).stream()
                    .map(connection -> new SlowView(connection.client(), connection.viewNow()))
                    .toList()));
    return alive ? slowest : CompletableFuture.completedFuture(List.of());
  }

  /// Closes the slowest connections after the current delivery, because subscriptions must not end
  /// during it. Any thread.
  private void relieveLater() {
    if (reliefRequested.compareAndSet(false, true)) {
      loop.execute(() -> {
        reliefRequested.set(false);
        slow.relieve();
      });
    }
  }

  private void requestFlush() {
    if (!flushRequested) {
      flushRequested = true;
      loop.atEndOfTurn(flush);
    }
  }

  /// Whatever fails here, the next turn can request a flush again, and every connection with output
  /// is flushed.
  private void flush() {
    int together = distribute();
    List<Connection> batch = unflushed;
    unflushed = flushing;
    flushing = batch;
    flushRequested = false;
    try {
      long now = now();
      if (!batch.isEmpty()) {
        pacer.sends(now - batch.get(batch.size() / 2).flushedAt(), Math.max(1, together));
      }
      for (int i = 0; i < batch.size(); i++) {
        batch.get(i).flush(now);
      }
    } finally {
      batch.clear();
      loop.restAfterTurn(rest);
    }
  }

  private int distribute() {
    try {
      pacer.flushBegins(loop.workedNanos());
      return topics.distribute();
    } catch (Throwable failure) {
      guard.caught("the delivery of a batch of publications", failure);
      return 0;
    }
  }

  private long rest() {
    return pacer.flushEnded(loop.workedNanos());
  }

  /// Decides how long a loop rests after a flush. Owned by the loop.
  ///
  /// The cost of a message is dominated by the number of writes, one for each subscriber. A loop
  /// that flushes as often as it can sends each message alone and is busy at any load; a loop that
  /// waits a little sends several at once. So after a flush the loop rests [#REST] times as long as
  /// the flush took, including the part of the kernel: a busy loop spends two fifths of its time on
  /// flushing, and a message that arrives after the rest is sent immediately.
  ///
  /// This pays off only if messages that arrive during the rest go to the same connections, so that
  /// two writes become one. A loop whose connections receive something only occasionally does not
  /// rest: its messages would wait and still be sent one by one. How soon a connection receives its
  /// next message is estimated from the flushed connections, one of them at each flush.
  ///
  /// No message waits longer than the budget for its flush to begin. Other work of the loop between
  /// two flushes is subtracted from the rest, so that a loop without spare time does not sleep. All
  /// of this is measured in processor time, so that a loop that was preempted does not rest for
  /// that.
  static final class FlushPacer {
    /// The ratio of the rest to the time of a flush.
    private static final double REST = 1.5;

    /// The shortest rest, in nanoseconds: below it, sleeping and waking costs as much as it saves.
    private static final long SHORTEST_REST = 50_000;

    /// The maximum ratio of the time until the next message of a connection to the rest.
    private static final int WORTH_WHILE = 2;

    private final long budget;
    private long begun;
    private long ended;

    /// The time until a connection receives its next message, in nanoseconds: a moving average in
    /// which the last flush has a weight of one quarter.
    private long gap;

    /// @param budget the maximum rest, in nanoseconds; 0 for never
    FlushPacer(long budget) {
      this.budget = budget;
    }

    /// Called when a flush begins.
    ///
    /// @param worked the total processor time of the loop, in nanoseconds
    void flushBegins(long worked) {
      begun = worked;
    }

    /// Reports that one of the flushed connections was last flushed `nanos` ago, and now gets
    /// `messages`.
    void sends(long nanos, int messages) {
      gap += (nanos / messages - gap) / 4;
    }

    /// Called when the output has been written.
    ///
    /// @return the rest, in nanoseconds
    long flushEnded(long worked) {
      long otherWork = begun - ended;
      ended = worked;
      long rest = Math.min((long) (REST * (worked - begun)), budget - otherWork);
      return rest < SHORTEST_REST || WORTH_WHILE * rest < gap ? 0 : rest;
    }
  }
}
