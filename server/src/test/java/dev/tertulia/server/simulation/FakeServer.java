package dev.tertulia.server.simulation;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Memberships;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.RoomPolicy;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.ConnectionLimits;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.OtherNodes;
import dev.tertulia.server.connection.ReadFaultLog;
import dev.tertulia.server.connection.SendBudget;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.presence.Departures;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.presence.RoomPresence;
import dev.tertulia.server.protocol.ProtocolServices;
import dev.tertulia.server.protocol.base.BaseFormat;
import dev.tertulia.server.protocol.base.BaseSession;
import dev.tertulia.server.protocol.base.LobbyAdmission;
import dev.tertulia.server.protocol.full.FullFormat;
import dev.tertulia.server.protocol.full.FullSession;
import dev.tertulia.server.protocol.full.PageBudget;
import dev.tertulia.server.testing.Faults;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ManualLoop;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Log;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;

/// One run of a server without sockets and disk: two loops, a journal and readers, each of which
/// acts only on command.
public final class FakeServer {
  /// So many reads may wait, and no more.
  private static final int MOST_READS = 200;

  private static final int DEPARTURES_UP_TO = 200;

  /// Of all servers, so that what was made up is logged once.
  private static final ReadFaultLog TROUBLES = new ReadFaultLog(() -> 0);

  private final FakeStore store;
  private final FakeClock clock;
  private final EngineGuard guard = EngineGuard.ofNoProcess();
  private final Fanout fanout;
  private final FakeJournal journal;
  private final ConnectionRegistry registry;
  private final PresenceStore presence;
  private final List<ManualLoop> loops = new ArrayList<>();
  private final List<ConnectionLoop> connectionLoops = new ArrayList<>();
  private final ArrayDeque<Runnable> reads = new ArrayDeque<>();
  private final FaultyFormat base = new FaultyFormat(new BaseFormat(0, Language.EN));
  private final FaultyFormat full = new FaultyFormat(new FullFormat(1, Language.EN));
  private final LimitCounters counters;
  private final ClientRates clientRates;
  private final BaseSession baseSession;
  private final FullSession.Services parts;
  private final PageBudget pages;
  private final int wireBytes;
  private int connections;

  /// How it is set.
  ///
  /// @param wireBytes what a socket takes before it is writable no more
  /// @param order in which the journal does what it does
  /// @param log gives the log that is read, made of the one that is there
  /// @param others the other nodes
  /// @param presence gives the presence that connections use, made of the one that is there
  public record Setup(
      long term,
      int wireBytes,
      int sendQueueBytes,
      Rate rate,
      Rate bytes,
      ClientRates.Rates clients,
      FakeJournal.Order order,
      UnaryOperator<Log> log,
      OtherNodes others,
      UnaryOperator<PresenceStore> presence) {
    /// As a server is by default, but without a rate.
    public static Setup normal() {
      return new Setup(
          7,
          64 << 10,
          1 << 20,
          new Rate(0, 1),
          Rate.NONE,
          ClientRates.Rates.NONE,
          FakeJournal.Order.COMMITS_TELLS_HANDS_OVER,
          log -> log,
          OtherNodes.NONE,
          presence -> presence);
    }

    /// The same with another term.
    public Setup term(long another) {
      return new Setup(
          another, wireBytes, sendQueueBytes, rate, bytes, clients, order, log, others, presence);
    }

    /// The same with other bounds.
    public Setup bounds(int wire, int sendQueue) {
      return new Setup(term, wire, sendQueue, rate, bytes, clients, order, log, others, presence);
    }

    /// The same with another rate.
    public Setup rate(int perSecond, int burst) {
      return new Setup(
          term,
          wireBytes,
          sendQueueBytes,
          new Rate(perSecond, burst),
          bytes,
          clients,
          order,
          log,
          others,
          presence);
    }

    /// The same with a rate of bytes.
    public Setup bytes(Rate another) {
      return new Setup(
          term, wireBytes, sendQueueBytes, rate, another, clients, order, log, others, presence);
    }

    /// The same with rates of clients.
    public Setup clients(ClientRates.Rates another) {
      return new Setup(
          term, wireBytes, sendQueueBytes, rate, bytes, another, order, log, others, presence);
    }

    /// The same with another log.
    public Setup log(UnaryOperator<Log> another) {
      return new Setup(
          term, wireBytes, sendQueueBytes, rate, bytes, clients, order, another, others, presence);
    }

    /// The same beside other nodes.
    public Setup others(OtherNodes another) {
      return new Setup(
          term, wireBytes, sendQueueBytes, rate, bytes, clients, order, log, another, presence);
    }

    /// The same with another presence.
    public Setup presence(UnaryOperator<PresenceStore> another) {
      return new Setup(
          term, wireBytes, sendQueueBytes, rate, bytes, clients, order, log, others, another);
    }

    /// The same with a journal that does things in another order.
    public Setup journalOrder(FakeJournal.Order another) {
      return new Setup(
          term, wireBytes, sendQueueBytes, rate, bytes, clients, another, log, others, presence);
    }
  }

  public FakeServer(FakeStore store, FakeClock clock, Setup setup) {
    this.store = store;
    this.clock = clock;
    wireBytes = setup.wireBytes;
    fanout = new Fanout(List.of(base, full), Long.MAX_VALUE, new Meters(), guard);
    journal = new FakeJournal(store, fanout, setup.term, setup.order, 500, clock::millis);
    Memberships memberships = new Memberships(store::isMember, client -> this::readLater);
    Permissions permissions = new Permissions(new PrivateRooms(), memberships, Language.EN);
    Rooms rooms = new Rooms(journal, Language.EN, memberships::changed);
    counters = new LimitCounters(clock::nanos);
    clientRates = new ClientRates(setup.clients(), clock::nanos, counters);
    registry = new ConnectionRegistry(100, 100_000, clock::nanos, counters, setup.others);
    presence = setup.presence.apply(new RoomPresence(journal));
    pages = new PageBudget(4L * PageBudget.PAGE_BYTES);
    Notifications notifications = new Notifications(journal, Language.EN);
    parts =
        new FullSession.Services(
            new ProtocolServices(
                Language.EN,
                rooms,
                store,
                notifications,
                new FakeInboxes(store),
                setup.log.apply(store),
                permissions,
                Authenticator.open(Language.EN),
                (client, cost, reading) -> readLater(reading),
                TROUBLES,
                () -> "connection-" + connections++,
                clock::millis,
                new Meters()),
            pages);
    ProtocolServices services = parts.server();
    LobbyAdmission admission =
        new LobbyAdmission(services.permissions(), services.readFaultLog(), false);
    baseSession = new BaseSession(base, Language.EN, rooms, notifications, admission);
    ConnectionLimits limits =
        new ConnectionLimits(
            setup.rate,
            setup.bytes,
            setup.sendQueueBytes,
            Duration.ZERO,
            Duration.ofSeconds(25),
            Duration.ofDays(365));
    SendBudget budget = new SendBudget(1L << 40);
    Departures departures = new Departures(journal, room -> DEPARTURES_UP_TO);
    for (int i = 0; i < 2; i++) {
      ManualLoop loop = new ManualLoop(i, clock::nanos);
      loops.add(loop);
      connectionLoops.add(
          new ConnectionLoop(
              loop,
              fanout.addLoop(loop),
              registry,
              presence,
              departures,
              limits,
              clientRates,
              counters,
              budget,
              AuditLog.off(),
              clock::nanos,
              InstantSource.fixed(Instant.EPOCH),
              new Meters(),
              guard));
    }
  }

  /// Rooms whose names begin with `private` are for members.
  private static final class PrivateRooms implements RoomPolicy {
    @Override
    public Kind kind(RoomName room) {
      return room.value().startsWith("private") ? Kind.MEMBERS : Kind.PUBLIC;
    }

    @Override
    public boolean isModerator(RoomName room, ClientId client) {
      return false;
    }
  }

  /// Takes what comes out of work that fails: nothing, if there is no defect.
  public EngineGuard guard() {
    return guard;
  }

  /// Has the next publication that somebody listens to fail, in each format.
  public void failNext(Faults fault) {
    base.failNext(fault);
    full.failNext(fault);
  }

  /// Connects a client that speaks the full protocol.
  public FakePeer full(String client, int loop) {
    return connect(client, loop, FullSession.factory(parts, full));
  }

  /// Connects a client that speaks the base protocol.
  public FakePeer base(String client, int loop) {
    return connect(client, loop, baseSession);
  }

  private FakePeer connect(String client, int loop, SessionFactory sessions) {
    FakeTransport wire = new FakeTransport(wireBytes);
    ConnectionLoop connections = connectionLoops.get(loop);
    Connection connection =
        connections.connection(Principal.open(new ClientId(client)), sessions, wire);
    connections.open(connection);
    return new FakePeer(wire, connection);
  }

  public FakeJournal journal() {
    return journal;
  }

  public FakeStore store() {
    return store;
  }

  public Fanout fanout() {
    return fanout;
  }

  public PresenceStore presence() {
    return presence;
  }

  public PageBudget pages() {
    return pages;
  }

  public FakeClock clock() {
    return clock;
  }

  public ManualLoop loop(int index) {
    return loops.get(index);
  }

  /// Does the first of what readers have to do.
  ///
  /// @return whether there was something
  public boolean read() {
    Runnable first = reads.poll();
    if (first != null) {
      first.run();
    }
    return first != null;
  }

  /// Does all there is to do, until there is nothing more.
  public void settle() {
    boolean busy = true;
    while (busy) {
      busy = journal.commit(Integer.MAX_VALUE);
      journal.handOver();
      while (read()) {
        busy = true;
      }
      for (ManualLoop loop : loops) {
        busy |= loop.waiting() > 0;
        loop.turn();
      }
    }
  }

  /// All that comes to `peer` in the end.
  public List<Json> takeAll(FakePeer peer) {
    List<Json> all = new ArrayList<>();
    int before;
    do {
      settle();
      before = all.size();
      all.addAll(peer.take());
    } while (all.size() > before || peer.wire().holds());
    return all;
  }

  /// Lets time pass, and does what there is to do then.
  public void pass(Duration time) {
    clock.pass(time);
    loops.forEach(ManualLoop::turn);
    settle();
  }

  private void readLater(Runnable read) {
    if (reads.size() >= MOST_READS) {
      throw new RejectedExecutionException("too many reads");
    }
    reads.add(read);
  }
}
