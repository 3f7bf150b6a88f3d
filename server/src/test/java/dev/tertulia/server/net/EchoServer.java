package dev.tertulia.server.net;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.ConnectionLimits;
import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.OtherNodes;
import dev.tertulia.server.connection.SendBudget;
import dev.tertulia.server.connection.Session;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.HttpMeters;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.PathPrefix;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.net.http1.CredentialsReader;
import dev.tertulia.server.net.http1.HandshakeMeters;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.Capacity;
import dev.tertulia.server.net.loop.InboundBudget;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.net.loop.PartialInputs;
import dev.tertulia.server.net.loop.RequestRates;
import dev.tertulia.server.net.websocket.DeflateFormat;
import dev.tertulia.server.net.websocket.Deflation;
import dev.tertulia.server.net.websocket.FrameReader;
import dev.tertulia.server.net.websocket.WebSocketHandler;
import dev.tertulia.server.presence.Departures;
import dev.tertulia.server.presence.RoomPresence;
import dev.tertulia.server.protocol.Frames;
import dev.tertulia.server.protocol.Protocol;
import dev.tertulia.server.protocol.Sessions;
import dev.tertulia.server.protocol.base.BaseFormat;
import dev.tertulia.server.protocol.base.BaseProtocol;
import dev.tertulia.server.protocol.full.FullProtocol;
import dev.tertulia.server.storage.journal.EphemeralJournal;
import dev.tertulia.server.testing.PublicRooms;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.InterestListener;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A server that returns every message, text and binary, at `/ws/{client_id}`. Everything in it is
/// production code, from the listener to the send queue, except the handling of a message.
final class EchoServer implements AutoCloseable {
  /// The longest message that it takes, in bytes.
  static final int MAX_MESSAGE_BYTES = 16 << 20;

  private final AtomicInteger fullSessions = new AtomicInteger();
  private final Fanout fanout;
  private final Deflation deflation = new Deflation();
  private final Journal nowhere =
      new EphemeralJournal(1, 1, System::currentTimeMillis, batch -> {});
  private final Loops loops = new Loops(IoTransport.best(), 2, EngineGuard.ofNoProcess());
  private final List<ConnectionLoop> connectionLoops;
  private final Pipelines pipelines;
  private final Listener listener;

  EchoServer() {
    this(false);
  }

  /// @param speaksFull whether it takes the full protocol too, in which each connection has a
  ///   session of its own, and hears nothing but which: `full 1`, `compressed 2` and so on
  EchoServer(boolean speaksFull) {
    BaseFormat plain = new BaseFormat(0, Language.EN);
    DeflateFormat compressed = new DeflateFormat(1, plain, deflation);
    fanout = new Fanout(List.of(plain, compressed));
    LimitCounters counters = new LimitCounters(System::nanoTime);
    ConnectionRegistry registry =
        new ConnectionRegistry(1000, 1000, System::nanoTime, counters, OtherNodes.NONE);
    ClientRates clientRates = new ClientRates(ClientRates.Rates.NONE, System::nanoTime, counters);
    ConnectionLimits limits =
        new ConnectionLimits(
            new Rate(0, 1),
            Rate.NONE,
            1 << 30,
            Duration.ZERO,
            Duration.ofSeconds(25),
            Duration.ofSeconds(60));
    SendBudget budget = new SendBudget(1 << 30);
    connectionLoops =
        loops.all().stream()
            .map(loop ->
                new ConnectionLoop(
                    loop,
                    fanout.addLoop(loop),
                    registry,
                    new RoomPresence(nowhere),
                    new Departures(nowhere, room -> 0),
                    limits,
                    clientRates,
                    counters,
                    budget,
                    AuditLog.off(),
                    System::nanoTime,
                    InstantSource.system(),
                    new Meters(),
                    EngineGuard.ofNoProcess()))
            .toList();
    pipelines =
        new EchoEdge(
            table(
                new Sessions(
                    new EchoSession(plain, null, null),
                    new EchoSession(compressed, compressed, null)),
                speaksFull
                    ? new Sessions(
                        connection ->
                            new EchoSession(plain, null, "full " + fullSessions.incrementAndGet()),
                        connection ->
                            new EchoSession(
                                compressed,
                                compressed,
                                "compressed " + fullSessions.incrementAndGet()))
                    : null));
    try {
      listener =
          Listener.bind(
              loops,
              "127.0.0.1",
              0,
              new StartingAnswers((path, local) -> Response.empty(503, Map.of())),
              Entrance.PLAIN);
      listener.serve(pipelines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Protocol> table(Sessions base, @Nullable Sessions full) {
    return full == null
        ? List.of(new BaseProtocol(base))
        : List.of(new FullProtocol(full, null), new BaseProtocol(base));
  }

  int port() {
    return listener.port();
  }

  /// Has the inboxes of clients followed, as by a node of a cluster.
  void followBy(InterestListener interest) {
    fanout.tellInterest(interest);
  }

  @Override
  public void close() {
    listener.close();
    connectionLoops.forEach(ConnectionLoop::end);
    loops.close();
    nowhere.close();
    deflation.close();
  }

  private final class EchoEdge extends Pipelines {
    EchoEdge(List<Protocol> protocols) {
      super(
          new NetworkGate(NetworkGate.Reach.LOOPBACK, Set.of(), Set.of(), Language.EN),
          PathPrefix.NONE,
          Authenticator.open(Language.EN),
          new CredentialsReader(null),
          new Admission(new Capacity(10_000, 10_000), 0, new LimitCounters(System::nanoTime)),
          new Router(
              List.of(),
              Language.EN,
              1,
              PublicRooms.permissions(),
              AuditLog.off(),
              new HttpMeters(new Meters()),
              EngineGuard.ofNoProcess()),
          protocols,
          loops,
          connectionLoops,
          new Limits(
              Duration.ofSeconds(10),
              Duration.ofSeconds(60),
              Duration.ofSeconds(30),
              MAX_MESSAGE_BYTES,
              RequestRates.Rates.NONE,
              new InboundBudget.Bounds(1 << 30, 1 << 30, 1 << 30)),
          new ClientRates(
              ClientRates.Rates.NONE, System::nanoTime, new LimitCounters(System::nanoTime)),
          new HandshakeMeters(new Meters()),
          new LimitCounters(System::nanoTime));
    }

    @Override
    WebSocketHandler webSocket(
        FrameReader reader, Admission.AddressQuota quota, PartialInputs inputs) {
      return new EchoSocket(reader, quota, inputs);
    }
  }

  /// Takes binary messages too.
  private static final class EchoSocket extends WebSocketHandler {
    private @Nullable EchoSession session;

    EchoSocket(FrameReader reader, Admission.AddressQuota quota, PartialInputs inputs) {
      super(reader, quota, inputs);
    }

    @Override
    public void begin(ConnectionLoop loop, Principal principal, SessionFactory sessions) {
      super.begin(
          loop,
          principal,
          connection -> {
            session = (EchoSession) sessions.create(connection);
            return session;
          });
    }

    @Override
    public boolean takesBinary() {
      return true;
    }

    @Override
    public void binary(byte[] bytes, int offset, int length) {
      connection().heard(true);
      if (session != null) {
        session.echo(connection(), Frames.BINARY, bytes, offset, length);
      }
    }
  }

  /// @param compressed how echoes are compressed; `null` if they aren't
  /// @param answer what it says to every text; `null` for the text itself
  private record EchoSession(
      WireFormat format, @Nullable DeflateFormat compressed, @Nullable String answer)
      implements Session {
    @Override
    public void opened(Connection connection) {
      connection.subscribe(TopicName.inbox(connection.client()));
    }

    @Override
    public void received(Connection connection, byte[] text, int offset, int length) {
      if (answer == null) {
        echo(connection, Frames.TEXT, text, offset, length);
      } else {
        connection.reply(format.frame(answer.getBytes(StandardCharsets.UTF_8)));
      }
    }

    @Override
    public Collection<RoomName> rooms(Connection connection) {
      return List.of();
    }

    void echo(Connection connection, int opcode, byte[] bytes, int offset, int length) {
      byte[] payload = Arrays.copyOfRange(bytes, offset, offset + length);
      ByteBuf frame = Frames.frame(ByteBufAllocator.DEFAULT, opcode, payload);
      if (compressed == null) {
        connection.reply(frame);
      } else {
        connection.reply(compressed.shorter(frame));
        frame.release();
      }
    }
  }
}
