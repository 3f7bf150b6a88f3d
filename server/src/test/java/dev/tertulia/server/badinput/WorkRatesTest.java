package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.Rfc7692;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.WithBystander;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Clients that cause much work with few messages, or with HTTP requests.
final class WorkRatesTest extends WithBystander {
  private static final String TEXT = "x".repeat(60_000);

  WorkRatesTest() {
    super(
        Map.of(
            Setting.LIMITS_BYTES_PER_SECOND, "64KiB",
            Setting.LIMITS_BURST_BYTES, "100KiB",
            Setting.LIMITS_REQUESTS_PER_SECOND, "1"));
  }

  private RawSocket full(String id, String fields) {
    RawSocket socket = open();
    socket.send(
        RawSocket.handshake(id, server.port(), "Sec-WebSocket-Protocol: tertulia.1\r\n" + fields));
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    socket.sendText("{\"type\":\"hello\",\"ref\":0}");
    assertThat(socket.read(1).text()).contains("\"welcome\"");
    return socket;
  }

  private static String chat(int ref) {
    return "{\"type\":\"chat\",\"ref\":%s,\"room\":\"elsewhere\",\"message\":\"%s\"}"
        .formatted(ref, TEXT);
  }

  @Test
  void longMessagesAreChargedByTheirBytes() {
    RawSocket ana = full("ana", "");
    ana.sendText(chat(1));
    assertThat(ana.read(1).text()).contains("\"ref\":1").contains("\"ok\"");
    ana.sendText(chat(2));
    assertThat(ana.read(1).text()).contains("\"ref\":2", "\"rate_limited\"", "\"retry_after\"");
    ana.sendText("{\"type\":\"ping\",\"ref\":3}");
    assertThat(ana.read(1).text()).contains("\"ref\":3").contains("\"ok\"");
  }

  @Test
  void compressedMessagesAreChargedByTheirDecompressedBytes() {
    RawSocket ana = full("ana", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    for (int ref = 1; ref <= 2; ref++) {
      byte[] small = Rfc7692.compress(chat(ref).getBytes(StandardCharsets.UTF_8));
      assertThat(small).hasSizeLessThan(1_000);
      ana.sendFrame(0xc1, small);
      RawSocket.Frame answer = ana.read(1);
      assertThat(answer.isCompressed()).isFalse();
      assertThat(answer.text()).contains(ref == 1 ? "\"ok\"" : "\"rate_limited\"");
    }
  }

  @Test
  void aBaseClientIsThrottledAndLosesNothing() {
    try (TestClient ben = TestClient.connect(server, "ben")) {
      for (int i = 0; i < 4; i++) {
        ben.chat("Ben", i + TEXT);
      }
      for (int i = 0; i < 4; i++) {
        assertThat(ben.next()).contains("\"message\":\"" + i + "x");
        assertThat(bystander.hears()).contains("\"message\":\"" + i + "x");
      }
    }
  }

  @Test
  void requestsBeyondTheRateAreAnsweredAndHealthAlwaysWorks() {
    RawSocket hasty = open();
    for (int i = 0; i < 8; i++) {
      hasty.send(get("/health/live"));
      assertThat(answer(hasty)).startsWith("HTTP/1.1 200 ");
    }
    int answered = 0;
    String answer = "HTTP/1.1 200 ";
    while (answer.startsWith("HTTP/1.1 200 ")) {
      answered++;
      hasty.send(get("/api/v1/rooms"));
      answer = answer(hasty);
    }
    assertThat(answer).startsWith("HTTP/1.1 429 ").containsIgnoringCase("Retry-After: 1\r\n");
    assertThat(answer).contains("\"rate_limited\"");
    assertThat(answered - 1).isGreaterThanOrEqualTo(5);
    hasty.send(get("/health/ready"));
    assertThat(answer(hasty)).startsWith("HTTP/1.1 200 ");
  }

  private String get(String path) {
    return "GET %s HTTP/1.1\r\nHost: localhost:%s\r\n\r\n".formatted(path, server.port());
  }

  /// One answer with its body.
  private static String answer(RawSocket socket) {
    String head = socket.head();
    String length = head.replaceFirst("(?is).*content-length: (\\d+).*", "$1");
    return head + socket.text(Integer.parseInt(length));
  }
}
