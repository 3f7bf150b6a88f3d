package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Thousands of clients that read nothing: they are closed one by one, and no other client notices.
final class SlowReadersTest {
  private static final int DEAF = 1_000;
  private static final String TEXT = "x".repeat(20_000);

  @Test
  void aThousandNonReadersUseBoundedMemoryAndDelayNoOthers() {
    try (TestServer server =
            TestServer.start(
                Map.of(
                    Setting.LIMITS_SEND_QUEUE_BYTES,
                    "64KiB",
                    Setting.LIMITS_MESSAGES_PER_SECOND,
                    "0",
                    Setting.LIMITS_BYTES_PER_SECOND,
                    "0"));
        TestClient quick = TestClient.connect(server, "quick")) {
      List<RawSocket> deaf = deaf(server);
      server.awaitConnections(DEAF + 1);
      long before = PlatformDependent.usedDirectMemory();
      long most = 0;
      int said = 0;
      while (server.server().registry().connections() > 1) {
        assertThat(said).as("messages until all were let go").isLessThan(1_000);
        say(quick, said);
        most = Math.max(most, PlatformDependent.usedDirectMemory());
        said++;
      }
      assertThat(most - before).as("bytes that waited").isLessThan(64L << 20);
      deaf.forEach(RawSocket::close);
      server.awaitConnections(1);
    }
  }

  @Test
  void aboveTheTotalBudgetTheSlowestReadersAreClosedFirst() {
    try (TestServer server =
            TestServer.start(
                Map.of(
                    Setting.LIMITS_SEND_QUEUE_BYTES,
                    "64MiB",
                    Setting.LIMITS_SEND_QUEUES_BYTES,
                    "1MiB",
                    Setting.LIMITS_MESSAGES_PER_SECOND,
                    "0",
                    Setting.LIMITS_BYTES_PER_SECOND,
                    "0"));
        TestClient quick = TestClient.connect(server, "quick");
        RawSocket slower = RawSocket.openWithSmallBuffer(server).upgraded("slower", server);
        RawSocket slow = RawSocket.openWithSmallBuffer(server)) {
      // The one is behind by more than the other, who comes later.
      int said = 0;
      for (; said < 40; said++) {
        say(quick, said);
      }
      slow.upgraded("slow", server);
      server.awaitConnections(3);
      while (server.server().registry().connections() > 2) {
        assertThat(said).as("messages until one was let go").isLessThan(10_000);
        say(quick, said++);
      }
      assertThat(slower.read(8).closeCode()).isEqualTo(4001);
    }
  }

  private static void say(TestClient quick, int number) {
    quick.chat("Q", number + TEXT);
    String heard = quick.next();
    while (!heard.contains("\"message\":\"" + number + "x")) {
      heard = quick.next();
    }
  }

  private static List<RawSocket> deaf(TestServer server) {
    List<RawSocket> deaf = new ArrayList<>();
    for (int i = 0; i < DEAF; i++) {
      deaf.add(RawSocket.openWithSmallBuffer(server).upgraded("deaf" + i, server));
    }
    return deaf;
  }
}
