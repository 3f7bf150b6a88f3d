package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestCertificate;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Records of TLS whose end never comes: nothing of one can be decrypted before its end.
final class UnfinishedRecordsTest {
  private static final TestCertificate CERTIFICATE = TestCertificate.of("server");

  private static final SSLContext TRUSTING = TestCertificate.trusting(CERTIFICATE);

  /// What has arrived of each record, with its header.
  private static final int ARRIVED = 16_000;

  private final List<Socket> sockets = new ArrayList<>();

  @TempDir private Path folder;
  private @Nullable TestServer server;

  private TestServer start(String provider, Map<Setting, String> more) {
    Map<Setting, String> settings = CERTIFICATE.settings(folder, provider);
    settings.putAll(more);
    server = TestServer.start(settings);
    return server;
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    if (server != null) {
      TestServer running = server;
      await().atMost(TestServer.PATIENCE).until(() -> running.server().inboundBytes() == 0);
      running.close();
    }
  }

  /// A connection that has asked once, with the TCP connection below it.
  private record Peer(Socket below, SSLSocket tls) {
    void ask() throws IOException {
      tls.getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = "";
      while (!answer.endsWith("{\"status\":\"up\"}")) {
        int next = tls.getInputStream().read();
        assertThat(next).as("after " + answer).isNotNegative();
        answer += (char) next;
      }
    }

    /// Sends the beginning of the longest record there is.
    void holdBack() throws IOException {
      byte[] record = new byte[ARRIVED];
      record[0] = 23;
      record[1] = 3;
      record[2] = 3;
      record[3] = 0x40;
      record[4] = 0x11;
      below.getOutputStream().write(record);
    }
  }

  private Peer connect(TestServer to) throws IOException {
    Socket below = new Socket(InetAddress.getLoopbackAddress(), to.port());
    sockets.add(below);
    below.setSoTimeout((int) TestServer.PATIENCE.toMillis());
    SSLSocket tls =
        (SSLSocket)
            TRUSTING
                .getSocketFactory()
                .createSocket(below, "localhost", to.port(), /* autoClose= */ true);
    tls.setSoTimeout((int) TestServer.PATIENCE.toMillis());
    Peer peer = new Peer(below, tls);
    peer.ask();
    return peer;
  }

  private static void awaitEnd(Peer peer) throws IOException {
    try {
      while (peer.below().getInputStream().read() >= 0) {
        // The alert that ends TLS.
      }
    } catch (SocketException reset) {
      // What it had sent was not read to the end.
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void theyAreChargedAndBounded(String provider) throws IOException {
    TestServer running =
        start(provider, Map.of(Setting.LIMITS_INBOUND_BYTES_PER_ADDRESS, "512KiB"));
    Peer good = connect(running);
    for (int i = 0; i < 20; i++) {
      connect(running).holdBack();
    }
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> running.server().inboundBytes() == 20L * ARRIVED);
    good.ask();
    for (int i = 20; i < 50; i++) {
      connect(running).holdBack();
    }
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() -> {
          assertThat(running.server().inboundBytes()).isLessThanOrEqualTo(1 << 19);
          assertThat(running.server().openSockets()).isLessThanOrEqualTo(1 + (1 << 19) / ARRIVED);
        });
    good.ask();
  }

  @Test
  void oneThatIsNotCompleteInTimeEndsItsConnection() throws IOException {
    TestServer running = start("auto", Map.of(Setting.LIMITS_MESSAGE_TIMEOUT, "1s"));
    Peer slow = connect(running);
    slow.holdBack();
    awaitEnd(slow);
    assertThat(running.server().inboundBytes()).isZero();
  }
}
