package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.simulation.FakeClock;
import dev.tertulia.server.simulation.FakePeer;
import dev.tertulia.server.simulation.FakeServer;
import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.simulation.FakeStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Few messages with many bytes, to a clock that a test turns.
final class ByteRateTest {
  private final FakeServer server =
      new FakeServer(
          new FakeStore(), new FakeClock(), Setup.normal().bytes(new Rate(1_000, 2_000)));

  @Test
  void aBaseClientIsThrottled() {
    FakePeer ben = server.base("ben", 0);
    String chat = "{'type':'chat','sender':'Ben','message':'%s'}".formatted("x".repeat(850));
    ben.say(chat);
    ben.say(chat);
    assertThat(ben.wire().isPaused()).isFalse();
    ben.say(chat);
    assertThat(ben.wire().isPaused()).isTrue();
    server.pass(Duration.ofSeconds(1));
    assertThat(ben.wire().isPaused()).isFalse();
    assertThat(ben.closed()).isNull();
  }
}
