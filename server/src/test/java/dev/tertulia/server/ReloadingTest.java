package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.ReloadOutcome;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A configuration that is read again while a server runs.
final class ReloadingTest {
  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private ReloadedServer server;

  @BeforeEach
  void start() throws IOException {
    server = new ReloadedServer(folder, Map.of(), "");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ReloadOutcome reload(String yaml) throws IOException {
    return server.reload(yaml);
  }

  private static ReloadOutcome changed(Setting... settings) {
    return new ReloadOutcome.Reloaded(List.of(settings), List.of());
  }

  private RawSocket open(String client) {
    RawSocket socket = RawSocket.open(server.port());
    socket.send(
        RawSocket.handshake(client, server.port(), "Sec-WebSocket-Protocol: tertulia.1\r\n"));
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    return socket;
  }

  /// Sends messages until one is refused, or `most` are accepted.
  private static int accepted(RawSocket socket, int most) {
    for (int i = 0; i < most; i++) {
      socket.sendText("{\"type\":\"chat\",\"ref\":1,\"room\":\"elsewhere\",\"message\":\"m\"}");
      String answer;
      do {
        answer = socket.read(1).text();
      } while (!answer.contains("\"ref\":1"));
      if (answer.contains("rate_limited")) {
        return i;
      }
    }
    return most;
  }

  private static void greet(RawSocket socket) {
    socket.sendText("{\"type\":\"hello\",\"ref\":0}");
    assertThat(socket.read(1).text()).contains("\"welcome\"");
  }

  @Test
  void aLimitChangesForOpenConnectionsAndADeletedOptionGoesBackToItsDefault() throws IOException {
    try (RawSocket ana = open("ana")) {
      greet(ana);
      assertThat(accepted(ana, 50)).isEqualTo(50);
      assertThat(reload("limits: {messages_per_second: 1, burst: 1}"))
          .isEqualTo(changed(Setting.LIMITS_MESSAGES_PER_SECOND, Setting.LIMITS_BURST));
      await().atMost(TestServer.PATIENCE).until(() -> accepted(ana, 5) < 5);
      assertThat(reload(""))
          .isEqualTo(changed(Setting.LIMITS_MESSAGES_PER_SECOND, Setting.LIMITS_BURST));
      await().atMost(TestServer.PATIENCE).until(() -> accepted(ana, 50) == 50);
      assertThat(server.server().server().registry().connections()).isEqualTo(1);
    }
  }

  @Test
  void aBadFileChangesNothing() throws IOException {
    assertThat(reload("limits: {connections_per_client: 1}"))
        .isEqualTo(changed(Setting.LIMITS_CONNECTIONS_PER_CLIENT));
    for (String bad :
        List.of(
            "limits: {connections_per_client: 1000, burst: x}",
            "limits: {connections_per_client: 1000}\nprot: 1",
            "limits: {connections_per_client: 1000",
            "limits: {connections_per_client: 1000}\nauth: {mode: token, hs256_secret: short}")) {
      assertThat(reload(bad)).isInstanceOf(ReloadOutcome.Refused.class);
    }
    assertThat(server.reloadWithoutFile()).isInstanceOf(ReloadOutcome.Refused.class);
    try (RawSocket first = open("ana");
        RawSocket second = open("ana")) {
      greet(first);
      assertThat(second.read(8).closeCode()).isEqualTo(4502);
      // What was refused is not compared with: the next reload changes the setting from 1.
      assertThat(reload("")).isEqualTo(changed(Setting.LIMITS_CONNECTIONS_PER_CLIENT));
    }
  }

  @Test
  void whatNeedsARestartIsNamedUntilItIsAsItWas() throws IOException {
    ReloadOutcome both =
        new ReloadOutcome.Reloaded(
            List.of(Setting.LIMITS_BURST), List.of(Setting.PORT, Setting.LIMITS_TAIL_BYTES));
    String yaml = "port: 9\nlimits: {burst: 7, tail_bytes: 2MiB}";
    assertThat(reload(yaml)).isEqualTo(both);
    assertThat(reload(yaml))
        .isEqualTo(
            new ReloadOutcome.Reloaded(
                List.of(), List.of(Setting.PORT, Setting.LIMITS_TAIL_BYTES)));
    // The same value in other words.
    assertThat(reload("limits.burst: '7'")).isEqualTo(changed());
  }

  @Test
  void connectionsOfAnAddressAreLimitedFromNowOn() throws IOException {
    assertThat(reload("limits: {connections_per_address: 1}"))
        .isEqualTo(changed(Setting.LIMITS_CONNECTIONS_PER_ADDRESS));
    try (RawSocket first = open("ana");
        RawSocket second = RawSocket.open(server.port())) {
      second.send(RawSocket.handshake("ben", server.port(), ""));
      assertThat(second.head()).startsWith("HTTP/1.1 503 ");
      assertThat(reload("")).isEqualTo(changed(Setting.LIMITS_CONNECTIONS_PER_ADDRESS));
      try (RawSocket third = open("eva")) {
        greet(third);
        greet(first);
      }
    }
  }
}
