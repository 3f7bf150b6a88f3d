package dev.tertulia.server.net.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestCertificate;
import dev.tertulia.server.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A server behind a proxy, which is at `127.0.0.9`.
final class ProxiedServerTest {
  private static final String PROXY = "127.0.0.9";

  private @Nullable TestServer running;

  private TestServer start(Map<Setting, String> more) {
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    settings.put(Setting.PROXY_TRUSTED, PROXY);
    settings.putAll(more);
    running = TestServer.start(settings);
    return running;
  }

  private TestServer startOnNetwork(Map<Setting, String> more) {
    Map<Setting, String> settings = new EnumMap<>(Setting.class);
    settings.put(Setting.AUTH_OPEN_ON_NETWORK, "true");
    settings.put(Setting.HOSTS, "chat.example");
    settings.putAll(more);
    return start(settings);
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  private static String get(TestServer server, String from, String fields) {
    try (RawSocket socket = RawSocket.openFrom(server, from)) {
      socket.send("GET /api/v1/rooms HTTP/1.1\r\nConnection: close\r\n" + fields + "\r\n");
      return socket.untilEnd();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.9 | X-Forwarded-For: 127.0.0.1                       | 200",
        "127.0.0.9 | X-Forwarded-For: 192.0.2.1                       | 403",
        "127.0.0.9 | X-Forwarded-For: 127.0.0.1, 192.0.2.1            | 403",
        "127.0.0.9 | X-Forwarded-For: unknown                         | 403",
        "127.0.0.9 | Via: 1.1 proxy                                   | 403",
        "127.0.0.9 | Forwarded: for=\"[::1]:80\"                      | 200",
        "127.0.0.9 | Accept: application/json                         | 200",
        "127.0.0.1 | X-Forwarded-For: 127.0.0.1                       | 403",
        "127.0.0.1 | Forwarded: for=127.0.0.1                         | 403",
        "127.0.0.1 | Accept: application/json                         | 200",
      })
  void aServerForLoopbackIsForClientsOnLoopback(String from, String field, int status) {
    TestServer server = start(Map.of());
    assertThat(get(server, from, "Host: localhost\r\n" + field + "\r\n"))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void contradictionsAreRefused() {
    TestServer server = startOnNetwork(Map.of());
    String fields = "Host: chat.example\r\nX-Forwarded-For: 192.0.2.1\r\nForwarded: for=";
    assertThat(get(server, PROXY, fields + "192.0.2.2\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("name different clients");
    assertThat(get(server, PROXY, fields + "192.0.2.1\r\n")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void schemeAndHostOfTheProxyCountForOriginAndStrictTransport() {
    TestServer server = startOnNetwork(Map.of());
    String proxied =
        """
        Host: 127.0.0.1:8000\r
        X-Forwarded-For: 192.0.2.1\r
        X-Forwarded-Host: chat.example\r
        X-Forwarded-Proto: https\r
        """;
    String strict = "Strict-Transport-Security: max-age=31536000";
    assertThat(get(server, PROXY, proxied + "Origin: https://chat.example\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .contains(strict);
    assertThat(get(server, PROXY, proxied + "Origin: http://chat.example\r\n"))
        .startsWith("HTTP/1.1 403 ");
    assertThat(get(server, PROXY, proxied + "Origin: https://evil.example\r\n"))
        .startsWith("HTTP/1.1 403 ");
    assertThat(get(server, PROXY, proxied.replace("https", "http")))
        .startsWith("HTTP/1.1 200 ")
        .doesNotContain("Strict-Transport");
    // Not believed: the name is that in Host.
    assertThat(get(server, "127.0.0.1", proxied + "Origin: https://chat.example\r\n"))
        .startsWith("HTTP/1.1 403 ");
  }

  @Test
  void connectionsCountForTheirClients() {
    TestServer server = startOnNetwork(Map.of(Setting.LIMITS_CONNECTIONS_PER_ADDRESS, "2"));
    try (RawSocket one = webSocket(server, "one", "X-Forwarded-For: 2001:db8::1\r\n", 101);
        RawSocket two = webSocket(server, "two", "X-Forwarded-For: 2001:db8::2:1\r\n", 101);
        RawSocket three = webSocket(server, "three", "X-Forwarded-For: [2001:db8::3]:1\r\n", 503);
        RawSocket other = webSocket(server, "other", "Forwarded: for=192.0.2.1\r\n", 101)) {
      assertThat(other.hasEnded()).isFalse();
      one.shutdownOutput();
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> {
            try (RawSocket again = RawSocket.openFrom(server, PROXY)) {
              again.send(handshake(server, "again", "X-Forwarded-For: 2001:db8::4\r\n"));
              return again.head().startsWith("HTTP/1.1 101 ");
            }
          });
      assertThat(two.hasEnded()).isFalse();
      assertThat(three.untilEnd()).isNotNull();
    }
  }

  private static RawSocket webSocket(TestServer server, String id, String fields, int status) {
    RawSocket socket = RawSocket.openFrom(server, PROXY);
    socket.send(handshake(server, id, fields));
    assertThat(socket.head()).startsWith("HTTP/1.1 " + status + " ");
    return socket;
  }

  private static String handshake(TestServer server, String id, String fields) {
    return RawSocket.handshake(id, server.port(), fields);
  }

  @Test
  void requestsCountForTheirClients() {
    TestServer server = startOnNetwork(Map.of(Setting.LIMITS_REQUESTS_PER_SECOND_PER_ADDRESS, "1"));
    String host = "GET /api/v1/rooms HTTP/1.1\r\nHost: chat.example\r\nX-Forwarded-For: ";
    try (RawSocket socket = RawSocket.openFrom(server, PROXY)) {
      int refused = 0;
      for (int i = 0; i < 30; i++) {
        socket.send(host + "192.0.2.1\r\n\r\n");
        String head = socket.head();
        refused += head.startsWith("HTTP/1.1 429 ") ? 1 : 0;
        body(socket, head);
      }
      assertThat(refused).isPositive();
    }
    try (RawSocket socket = RawSocket.openFrom(server, PROXY)) {
      socket.send(host + "192.0.2.2\r\n\r\n");
      assertThat(socket.head()).startsWith("HTTP/1.1 200 ");
    }
  }

  private static void body(RawSocket socket, String head) {
    String length = head.replaceFirst("(?is).*content-length: (\\d+).*", "$1");
    socket.text(Integer.parseInt(length));
  }

  // The PROXY protocol.

  private static byte[] header(int command, int family, byte[] rest) {
    ByteBuf out = Unpooled.buffer();
    out.writeBytes(new byte[] {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10});
    out.writeByte(command).writeByte(family).writeShort(rest.length).writeBytes(rest);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  private static byte[] client(String address) {
    byte[] source = InetAddress.ofLiteral(address).getAddress();
    byte[] rest = new byte[2 * source.length + 4];
    System.arraycopy(source, 0, rest, 0, source.length);
    return header(0x21, source.length == 4 ? 0x11 : 0x21, rest);
  }

  private static final String HEALTH =
      "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

  private static String answer(TestServer server, String from, byte[] header) {
    try (RawSocket socket = RawSocket.openFrom(server, from)) {
      socket.send(header);
      socket.send(HEALTH);
      return socket.untilEnd();
    }
  }

  @Test
  void healthChecksOfTheProxyGetTheirAnswer() {
    TestServer server = start(Map.of(Setting.PROXY_PROTOCOL, "v2"));
    byte[] tlv = {4, 0, 3, 1, 2, 3};
    assertThat(answer(server, PROXY, header(0x20, 0, new byte[0]))).startsWith("HTTP/1.1 200 ");
    assertThat(answer(server, PROXY, header(0x20, 0, tlv))).startsWith("HTTP/1.1 200 ");
    assertThat(answer(server, PROXY, header(0x20, 0x11, new byte[12]))).startsWith("HTTP/1.1 200 ");
    assertThat(answer(server, PROXY, header(0x20, 0x21, new byte[60]))).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void onlyTrustedProxiesUseTheProtocolAndTheyMust() {
    TestServer server = start(Map.of(Setting.PROXY_PROTOCOL, "v2"));
    assertThat(answer(server, PROXY, client("127.0.0.1"))).startsWith("HTTP/1.1 200 ");
    assertThat(answer(server, PROXY, client("192.0.2.1"))).startsWith("HTTP/1.1 403 ");
    assertThat(answer(server, PROXY, new byte[0])).isEmpty();
    assertThat(
            answer(
                server,
                PROXY,
                "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n".getBytes(StandardCharsets.US_ASCII)))
        .isEmpty();
    assertThat(answer(server, "127.0.0.1", new byte[0])).startsWith("HTTP/1.1 200 ");
    assertThat(answer(server, "127.0.0.1", client("127.0.0.1"))).doesNotContain(" 200 ");
  }

  @Test
  void aHeaderThatArrivesByteByByte() {
    TestServer server = start(Map.of(Setting.PROXY_PROTOCOL, "v2"));
    try (RawSocket socket = RawSocket.openFrom(server, PROXY)) {
      for (byte letter : client("127.0.0.1")) {
        socket.send(new byte[] {letter});
      }
      socket.send(HEALTH);
      assertThat(socket.untilEnd()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void aHeaderThatNeverEndsIsNotAwaited() {
    TestServer server =
        start(Map.of(Setting.PROXY_PROTOCOL, "v2", Setting.LIMITS_HANDSHAKE_TIMEOUT, "1s"));
    try (RawSocket half = RawSocket.openFrom(server, PROXY);
        RawSocket alone = RawSocket.openFrom(server, PROXY)) {
      half.send(new byte[] {13, 10, 13, 10});
      alone.send(client("127.0.0.1"));
      assertThat(half.untilEnd()).isEmpty();
      assertThat(alone.untilEnd()).isEmpty();
    }
  }

  @Test
  void connectionsThroughTheProtocolCountForTheirClients() {
    TestServer server =
        startOnNetwork(
            Map.of(Setting.PROXY_PROTOCOL, "v2", Setting.LIMITS_CONNECTIONS_PER_ADDRESS, "1"));
    try (RawSocket one = RawSocket.openFrom(server, PROXY);
        RawSocket two = RawSocket.openFrom(server, PROXY);
        RawSocket other = RawSocket.openFrom(server, PROXY)) {
      one.send(client("192.0.2.1"));
      one.send(handshake(server, "one", ""));
      assertThat(one.head()).startsWith("HTTP/1.1 101 ");
      two.send(client("192.0.2.1"));
      // The client can't name another, since it is not trusted.
      two.send(handshake(server, "two", "X-Forwarded-For: 192.0.2.9\r\n"));
      assertThat(two.head()).startsWith("HTTP/1.1 503 ");
      other.send(client("192.0.2.2"));
      other.send(handshake(server, "other", ""));
      assertThat(other.head()).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void theHeaderComesBeforeTls(@TempDir Path folder) throws Exception {
    TestCertificate certificate = TestCertificate.of("proxied");
    certificate.writeInto(folder);
    TestServer server =
        start(
            Map.of(
                Setting.PROXY_PROTOCOL, "v2",
                Setting.TLS_CERTIFICATE, folder.resolve("tls.crt").toString(),
                Setting.TLS_KEY, folder.resolve("tls.key").toString()));
    try (RawSocket raw = RawSocket.openFrom(server, PROXY)) {
      raw.send(client("127.0.0.1"));
      try (SSLSocket socket =
          (SSLSocket)
              TestCertificate.trusting(certificate)
                  .getSocketFactory()
                  .createSocket(raw.socket(), "localhost", server.port(), true)) {
        socket.getOutputStream().write(HEALTH.getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
            .startsWith("HTTP/1.1 200 ");
      }
    }
  }
}
