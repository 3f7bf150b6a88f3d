package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Which clients are pinged, over real sockets. No time is measured: a silent witness that
/// connected before shows that the interval has passed.
final class HeartbeatTest {
  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;

  private final Map<Setting, String> quick =
      Map.of(
          Setting.HEARTBEAT_INTERVAL,
          "2s",
          Setting.HEARTBEAT_TIMEOUT,
          "5s",
          Setting.LIMITS_MESSAGES_PER_SECOND,
          "0",
          Setting.LIMITS_BYTES_PER_SECOND,
          "0");

  /// The witness hears all that the speaker says, which is no sign of life of its own: what the
  /// server sends proves nothing about who should be reading it.
  @Test
  void onlySilentClientsArePinged() {
    try (TestServer server = TestServer.start(quick);
        RawSocket witness = RawSocket.webSocket(server, "witness");
        RawSocket speaker = RawSocket.webSocket(server, "speaker")) {
      int pings = 0;
      int heard = 0;
      RawSocket.Frame last = null;
      while (last == null || last.opcode() != CLOSE) {
        speaker.sendText("{\"type\":\"chat\",\"message\":\"still here\"}");
        RawSocket.Frame own = speaker.read();
        assertThat(own.opcode()).as("what the speaker gets first").isEqualTo(TEXT);
        last = witness.read();
        pings += last.opcode() == PING ? 1 : 0;
        heard += last.opcode() == TEXT ? 1 : 0;
      }
      assertThat(last.closeCode()).isEqualTo(4002);
      assertThat(pings).isPositive();
      assertThat(heard).isPositive();
    }
  }

  @Test
  void aPongAloneIsASignOfLife() {
    try (TestServer server = TestServer.start(quick);
        RawSocket answering = RawSocket.webSocket(server, "answering");
        RawSocket silent = RawSocket.webSocket(server, "silent")) {
      boolean gone = false;
      int pings = 0;
      while (!gone || pings < 4) {
        RawSocket.Frame frame = answering.read();
        if (frame.opcode() == PING) {
          pings++;
          answering.sendFrame(0x8a, frame.payload());
        } else {
          assertThat(frame.text()).contains("Cliente 'silent' se ha desconectado.");
          gone = true;
        }
      }
      assertThat(silent.read(CLOSE).closeCode()).isEqualTo(4002);
    }
  }
}
