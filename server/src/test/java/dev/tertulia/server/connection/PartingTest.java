package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.simulation.FakeClock;
import dev.tertulia.server.simulation.FakePeer;
import dev.tertulia.server.simulation.FakeServer;
import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.simulation.FakeStore;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// How long a connection stays open that is to part because the server ends.
final class PartingTest {
  private static final Duration BACK_IN = Duration.ofSeconds(30);
  private static final Duration SOON = Duration.ofMillis(500);

  private final FakeServer server =
      new FakeServer(new FakeStore(), new FakeClock(), Setup.normal());

  private FakePeer greeted() {
    FakePeer ana = server.full("ana", 0);
    ana.say("{'type':'hello'}");
    server.takeAll(ana);
    return ana;
  }

  private void part(FakePeer peer) {
    peer.connection().partSoon(BACK_IN);
    server.loop(0).turn();
  }

  @Test
  void aConnectionThatOwesNothingPartsSoon() {
    FakePeer ana = greeted();
    ana.say("{'type':'hello','ref':1}");
    assertThat(server.takeAll(ana)).hasSize(1);
    part(ana);
    server.pass(SOON);
    CloseReason closed = Objects.requireNonNull(ana.closed(), "still open");
    assertThat(closed.waitMillis()).isPresent();
  }

  @Test
  void whatWasQueuedIsAnsweredFirst() {
    FakePeer ana = greeted();
    ana.say("{'type':'join','room':'plaza'}");
    server.takeAll(ana);
    ana.say("{'type':'chat','ref':1,'room':'plaza','message':'hola'}");
    part(ana);
    server.clock().pass(SOON);
    server.loop(0).turn();
    assertThat(ana.closed()).isNull();
    assertThat(server.takeAll(ana)).anyMatch(frame -> frame.has("ref"));
    server.pass(SOON);
    assertThat(ana.closed()).isNotNull();
  }
}
