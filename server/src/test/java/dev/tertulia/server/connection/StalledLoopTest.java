package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.Departures;
import dev.tertulia.server.presence.RoomPresence;
import dev.tertulia.server.storage.journal.EphemeralJournal;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Loop;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A loop that stalls, as on a machine that was suspended, and is then given all the heartbeat
/// ticks that it missed.
final class StalledLoopTest {
  private static final Duration TICK = Duration.ofMillis(10);

  private final EphemeralJournal nowhere =
      new EphemeralJournal(1, 1, System::currentTimeMillis, batch -> {});
  private long now = 1;
  private @Nullable Runnable tick;
  private final LimitCounters counters = new LimitCounters(() -> now);
  private final ConnectionLoop loop =
      new ConnectionLoop(
          new TickedLoop(),
          new Fanout(List.of()).addLoop(new TickedLoop()),
          new ConnectionRegistry(10, 10, () -> now, counters, OtherNodes.NONE),
          new RoomPresence(nowhere),
          new Departures(nowhere, room -> 0),
          new ConnectionLimits(
              new Rate(0, 1),
              Rate.NONE,
              1 << 20,
              Duration.ZERO,
              Duration.ofSeconds(1),
              Duration.ofSeconds(3)),
          new ClientRates(ClientRates.Rates.NONE, () -> now, counters),
          counters,
          new SendBudget(1 << 20),
          AuditLog.off(),
          () -> now,
          InstantSource.fixed(Instant.EPOCH),
          new Meters(),
          EngineGuard.ofNoProcess());

  @AfterEach
  void stop() {
    nowhere.close();
  }

  private final class TickedLoop implements Loop {
    private final Queue<Runnable> none = new ArrayDeque<>();

    @Override
    public int index() {
      return 0;
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public void atEndOfTurn(Runnable task) {
      none.add(task);
    }

    @Override
    public void restAfterTurn(LongSupplier nanos) {}

    @Override
    public long workedNanos() {
      return 0;
    }

    @Override
    public void after(Duration delay, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void every(Duration period, Runnable task) {
      // The other task looks for principals that have expired; these never do.
      if (period.equals(TICK)) {
        tick = task;
      }
    }
  }

  private static final class CountingWire implements Transport {
    private int pings;
    private @Nullable CloseReason closed;

    @Override
    public void write(ByteBuf frames) {
      frames.release();
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public int writableBytes() {
      return 1 << 20;
    }

    @Override
    public void ping() {
      pings++;
    }

    @Override
    public void pauseReading() {}

    @Override
    public void resumeReading() {}

    @Override
    public void close(CloseReason reason) {
      closed = reason;
    }
  }

  private static final class SilentSession implements Session {
    @Override
    public WireFormat format() {
      return (WireFormat)
          Proxy.newProxyInstance(
              WireFormat.class.getClassLoader(),
              new Class<?>[] {WireFormat.class},
              (proxy, method, arguments) -> {
                throw new UnsupportedOperationException();
              });
    }

    @Override
    public void opened(Connection connection) {}

    @Override
    public void missed(Connection connection, TopicName topic) {}

    @Override
    public void received(Connection connection, byte[] text, int offset, int length) {}

    @Override
    public Collection<RoomName> rooms(Connection connection) {
      return List.of();
    }
  }

  private void pass(Duration time) {
    for (long ticks = time.dividedBy(TICK); ticks > 0; ticks--) {
      now += TICK.toNanos();
      tick();
    }
  }

  private void tick() {
    Runnable ticks = tick;
    assertThat(ticks).isNotNull();
    if (ticks != null) {
      ticks.run();
    }
  }

  private void freeze(Duration time) {
    now += time.toNanos();
    for (long missed = time.dividedBy(TICK); missed > 0; missed--) {
      tick();
    }
  }

  private Connection open(Transport wire) {
    Connection connection =
        loop.connection(Principal.open(new ClientId("ana")), new SilentSession(), wire);
    loop.open(connection);
    return connection;
  }

  @Test
  void clientsArePingedBeforeTheyAreConsideredLost() {
    CountingWire wire = new CountingWire();
    Connection connection = open(wire);
    pass(Duration.ofMillis(900));
    connection.heard(false);
    // It is silent, and has been asked, and then nobody is heard for a minute.
    pass(Duration.ofMillis(2900));
    int before = wire.pings;
    assertThat(before).isPositive();
    freeze(Duration.ofMinutes(1));
    assertThat(wire.closed).as("it may well be alive").isNull();
    pass(Duration.ofMillis(1100));
    assertThat(wire.closed).isNull();
    assertThat(wire.pings).as("it is asked again").isGreaterThan(before);
    connection.heard(false);
    pass(Duration.ofMillis(2500));
    assertThat(wire.closed).isNull();
  }

  @Test
  void aClientThatDoesNotAnswerIsStillLost() {
    CountingWire wire = new CountingWire();
    open(wire);
    pass(Duration.ofMillis(900));
    freeze(Duration.ofMinutes(1));
    pass(Duration.ofMillis(3100));
    assertThat(wire.closed).isEqualTo(CloseReason.HEARTBEAT);
  }
}
