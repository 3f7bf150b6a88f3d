package dev.tertulia.server;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.connection.BaseSession;
import dev.tertulia.server.connection.ConnectionLimits;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.MessageRate;
import dev.tertulia.server.connection.SendBudget;
import dev.tertulia.server.http.Health;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.http.StaticFiles;
import dev.tertulia.server.net.Admission;
import dev.tertulia.server.net.BaseFormat;
import dev.tertulia.server.net.Capacity;
import dev.tertulia.server.net.DeflateFormat;
import dev.tertulia.server.net.Deflation;
import dev.tertulia.server.net.Edge;
import dev.tertulia.server.net.Listener;
import dev.tertulia.server.net.Loops;
import dev.tertulia.server.net.OpenFiles;
import dev.tertulia.server.net.Sessions;
import dev.tertulia.server.net.Transport;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.presence.Departures;
import dev.tertulia.server.protocol.CloseReason;
import dev.tertulia.server.storage.SignalJournal;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Loop;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/// A running server: every part of it, how they are put together, and in which order they end.
public final class Server implements AutoCloseable {
  /// How long clients have to answer the close frame when the server stops.
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final Transport transport;
  private final Capacity capacity;
  private final Fanout fanout;
  private final Deflation deflation = new Deflation();
  private final Journal journal;
  private final ConnectionRegistry registry;
  private final Loops loops;
  private final List<ConnectionLoop> connectionLoops;
  private final Edge edge;
  private final Listener listener;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean ready;

  /// Starts a server.
  ///
  /// @param files the page
  /// @throws IOException if the port is taken or the address can't be had; nothing is left running
  ///   then
  /// @throws ConfigException if the transport is not available here
  public Server(Config config, StaticFiles files) throws IOException {
    transport = transport(config);
    capacity = Capacity.within(config.limits().connections(), OpenFiles.limit());
    BaseFormat baseFormat = new BaseFormat(0, config.language());
    DeflateFormat compressed = new DeflateFormat(1, baseFormat, deflation);
    fanout = new Fanout(List.of(baseFormat, compressed));
    journal =
        new SignalJournal(
            new SecureRandom().nextLong(),
            config.limits().journalQueue(),
            System::currentTimeMillis,
            fanout::publish);

    Rooms rooms = new Rooms(journal, config.language());
    Notifications notifications = new Notifications(journal, config.language());
    Departures departures = new Departures(journal, config.announceDeparturesUpTo());
    Sessions sessions =
        new Sessions(
            new BaseSession(baseFormat, config.language(), rooms, notifications),
            config.compression()
                ? new BaseSession(compressed, config.language(), rooms, notifications)
                : null);
    registry =
        new ConnectionRegistry(
            config.limits().connectionsPerClient(), System::nanoTime, departures::left);

    loops = new Loops(transport, Runtime.getRuntime().availableProcessors());
    SendBudget sendBudget = new SendBudget(config.limits().sendQueuesBytes());
    connectionLoops =
        loops.all().stream().map(loop -> connectionLoop(loop, config, sendBudget)).toList();
    edge =
        new Edge(
            new NetworkGate(config.openOnNetwork(), config.origins(), config.language()),
            new Admission(capacity, config.limits().connectionsPerAddress(), System::nanoTime),
            new Router(files, new Health(() -> ready)),
            sessions,
            loops,
            connectionLoops,
            config.limits().handshakeTimeout(),
            config.limits().frameBytes());
    try {
      listener = Listener.bind(loops, config.host(), config.port(), edge);
    } catch (IOException e) {
      loops.close();
      journal.close();
      deflation.close();
      throw e;
    }
    ready = true;
  }

  private static Transport transport(Config config) {
    Transport transport =
        switch (config.transport()) {
          case AUTO -> Transport.best();
          case IO_URING -> Transport.IO_URING;
          case EPOLL -> Transport.EPOLL;
          case NIO -> Transport.NIO;
        };
    if (!transport.isAvailable()) {
      throw new ConfigException(
          "transport (TERTULIA_TRANSPORT) is '%s', which this machine does not offer: 'auto' takes the best that it does"
              .formatted(transport.label()));
    }
    return transport;
  }

  private ConnectionLoop connectionLoop(Loop loop, Config config, SendBudget sendBudget) {
    Config.Limits limits = config.limits();
    return new ConnectionLoop(
        loop,
        fanout,
        registry,
        new ConnectionLimits(
            new MessageRate(limits.messagesPerSecond(), limits.burst()),
            limits.sendQueueBytes(),
            limits.flushBudget(),
            config.heartbeat().interval(),
            config.heartbeat().timeout()),
        sendBudget,
        System::nanoTime);
  }

  /// The port that it listens on.
  public int port() {
    return listener.port();
  }

  /// How the kernel is asked to read and write.
  public Transport transport() {
    return transport;
  }

  /// How many connections and other sockets it takes.
  public Capacity capacity() {
    return capacity;
  }

  /// How many event loops there are.
  public int eventLoops() {
    return loops.all().size();
  }

  /// Who is connected.
  public ConnectionRegistry registry() {
    return registry;
  }

  /// How many WebSockets are open, those included that are about to close.
  public int openWebSockets() {
    return edge.openWebSockets();
  }

  /// How many sockets are open, of any kind.
  public int openSockets() {
    return edge.openSockets();
  }

  /// How many topics have a subscriber.
  public int subscribedTopics() {
    return fanout.subscribedTopics();
  }

  /// Takes no more connections, says goodbye to those there are, and ends. Waits for that, a few
  /// seconds at most. A second call has no effect.
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    ready = false;
    edge.stopAccepting();
    listener.close();
    long deadline = System.nanoTime() + GOODBYE.toNanos();
    do {
      registry.closeAll(CloseReason.GOING_AWAY);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    } while (edge.openWebSockets() > 0 && System.nanoTime() < deadline);
    journal.close();
    connectionLoops.forEach(ConnectionLoop::end);
    loops.close();
    deflation.close();
  }
}
