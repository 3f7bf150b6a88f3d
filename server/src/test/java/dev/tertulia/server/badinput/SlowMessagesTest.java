package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.WithBystander;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Messages that take longer than they may.
final class SlowMessagesTest extends WithBystander {
  private static final int TEXT = 0x1;
  private static final int FIN = 0x80;

  SlowMessagesTest() {
    super(
        Map.of(
            Setting.LIMITS_MESSAGE_TIMEOUT, "1s",
            // Who is read more slowly has more time.
            Setting.LIMITS_MESSAGES_PER_SECOND, "0",
            Setting.LIMITS_BYTES_PER_SECOND, "0",
            Setting.PRESENCE_ANNOUNCE_DEPARTURES_UP_TO, "0"));
  }

  @Test
  void aMessageThatTimesOutClosesTheConnection() {
    RawSocket slow = webSocket("slow");
    slow.send(new byte[] {(byte) (FIN | TEXT), (byte) 0x85, 1, 2, 3, 4, 5});
    RawSocket fragments = webSocket("fragments");
    fragments.sendFrame(TEXT, new byte[] {' '});
    fragments.sendFrame(0x89, new byte[0]);
    assertThat(fragments.read().opcode()).isEqualTo(10);
    assertClosed(slow, CloseReason.TOO_SLOW);
    // After it has heard that the other has gone, perhaps.
    assertThat(fragments.read(8).closeCode()).isEqualTo(CloseReason.TOO_SLOW.code());
  }

  @Test
  void aBusyClientWithAnAlwaysIncompleteInputStays() {
    byte[] message =
        RawSocket.frame(FIN | TEXT, "{\"type\":\"nonsense\"}".getBytes(StandardCharsets.UTF_8));
    RawSocket busy = webSocket("busy");
    byte[] turned = new byte[message.length];
    System.arraycopy(message, 5, turned, 0, message.length - 5);
    System.arraycopy(message, 0, turned, message.length - 5, 5);
    busy.send(Arrays.copyOf(message, 5));
    // Until two that are not busy were closed for the same, one that began after the other's end.
    for (int i = 0; i < 2; i++) {
      RawSocket slow = webSocket("slow" + i);
      slow.send(new byte[] {(byte) (FIN | TEXT), (byte) 0x85, 1, 2, 3, 4, 5});
      while (!slow.hasInput()) {
        busy.send(turned);
        hears(busy, "unknown_type");
      }
      assertClosed(slow, CloseReason.TOO_SLOW);
    }
    busy.send(turned);
    hears(busy, "unknown_type");
  }

  /// Expects a message with `part`, once others' departures are passed over.
  private static void hears(RawSocket socket, String part) {
    String text = socket.read().text();
    while (text.contains("\"system\":true")) {
      text = socket.read().text();
    }
    assertThat(text).contains(part);
  }
}
