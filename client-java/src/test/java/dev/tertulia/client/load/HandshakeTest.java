package dev.tertulia.client.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.client.testing.ScriptedServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// A server's answer to the handshake.
final class HandshakeTest {
  private static final String ACCEPTED =
      ScriptedServer.accept("Sec-WebSocket-Key: " + Handshake.KEY + "\r\n");

  private static Handshake read(String answer, boolean ended) {
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    ByteBuffer in = ByteBuffers.allocate(20_000).put(bytes);
    return Handshake.read(in, bytes.length, ended);
  }

  private static void assertRefused(String answer, boolean ended, String why) {
    assertThat(read(answer, ended)).isEqualTo(new Handshake.Refused(why));
  }

  @Test
  void aCompleteResponseIsAccepted() {
    for (int length = 0; length < ACCEPTED.length(); length++) {
      assertThat(read(ACCEPTED.substring(0, length), false)).isEqualTo(new Handshake.Incomplete());
    }
    assertThat(read(ACCEPTED + "frames", false))
        .isEqualTo(new Handshake.Accepted(ACCEPTED.length()));
  }

  @Test
  void aRefusalIsReportedWithTheFirstLineOfItsBody() {
    String head = "HTTP/1.1 403 Forbidden\r\nContent-Length: 11\r\n\r\n";
    assertThat(read(head + "not ", false)).isEqualTo(new Handshake.Incomplete());
    assertRefused(head + "not ", true, "HTTP/1.1 403 Forbidden: not");
    assertRefused(head + "not\nin here", false, "HTTP/1.1 403 Forbidden: not");
    assertRefused(
        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nniño\r\n0\r\n\r\n",
        false,
        "HTTP/1.1 404 Not Found: niño");
    assertRefused(
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", false, "HTTP/1.1 404 Not Found");
  }

  @Test
  void aServerWithoutWebSocketIsRefused() {
    assertRefused("", true, "closed without a response");
    assertRefused("SSH-2.0-x\r\n\r\n", false, "not an HTTP response: SSH-2.0-x");
    assertRefused("SSH-2.0-x", true, "not an HTTP response: SSH-2.0-x");
    assertRefused(
        "HTTP/1.1 101 Yes\r\nSec-WebSocket-Accept: x\r\n\r\n",
        false,
        "wrong Sec-WebSocket-Accept x");
    assertThat(read("x".repeat(Handshake.LONGEST), false)).isInstanceOf(Handshake.Refused.class);
  }
}
