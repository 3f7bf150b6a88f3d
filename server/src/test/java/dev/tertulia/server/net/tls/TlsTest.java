package dev.tertulia.server.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.metrics.Exposition;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestCertificate;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP and WebSockets over TLS, with both providers.
final class TlsTest {
  private static final TestCertificate CERTIFICATE = TestCertificate.of("server");
  private static final String HEALTH = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n";

  @TempDir private Path folder;
  private @Nullable TestServer running;

  private TestServer start(String provider, Map<Setting, String> more) {
    Map<Setting, String> settings = CERTIFICATE.settings(folder, provider);
    settings.putAll(more);
    running = TestServer.start(settings);
    return running;
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  private static SSLSocket connect(TestServer server, String... protocols) throws IOException {
    SSLContext context = TestCertificate.trusting(CERTIFICATE);
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String untilEnd(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void requestsAreAnsweredWithBothVersionsAndAlpn(String provider) throws IOException {
    TestServer server = start(provider, Map.of());
    for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
      try (SSLSocket socket = connect(server, version)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        assertThat(socket.getSession().getProtocol()).isEqualTo(version);
        assertThat(socket.getSession().getCipherSuite()).contains("GCM");
        assertThat(socket.getApplicationProtocol()).isEqualTo("http/1.1");
        send(socket, HEALTH + "Connection: close\r\n\r\n");
        assertThat(untilEnd(socket)).startsWith("HTTP/1.1 200 ").endsWith("{\"status\":\"up\"}");
      }
    }
    assertThat(metrics(server)).contains("\ntertulia_tls_handshakes_total{outcome=\"done\"} 2.0\n");
  }

  private static String metrics(TestServer server) {
    return new Exposition(server.server().meters()).in(Exposition.TEXT);
  }

  /// Only by its name: what a browser keeps of a loopback address would concern other programs.
  @Test
  void aServerThatIsAskedForByItsNameWantsTlsFromThenOn() throws IOException {
    TestServer server = start("jdk", TestTokens.settings());
    for (String host : new String[] {"chat.example", "localhost"}) {
      try (SSLSocket socket = connect(server, "TLSv1.3")) {
        send(socket, HEALTH.replace("localhost", host) + "Connection: close\r\n\r\n");
        String answer = untilEnd(socket);
        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(answer.contains("Strict-Transport-Security: max-age=31536000\r\n"))
            .as(host)
            .isEqualTo(host.equals("chat.example"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void oldVersionsAreRefused(String provider) throws IOException {
    TestServer server = start(provider, Map.of());
    // The JDK refuses TLS 1.1 by itself, so the greeting is made by hand.
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(hello11());
      assertThat(socket.untilEnd()).doesNotContain("\u0016\u0003\u0002");
    }
    assertThat(metrics(server))
        .contains("\ntertulia_tls_handshakes_total{outcome=\"failed\"} 1.0\n");
  }

  /// A ClientHello of TLS 1.1.
  private static byte[] hello11() {
    byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 4 + 2];
    hello[0] = 22;
    hello[1] = 3;
    hello[2] = 1;
    hello[4] = (byte) (hello.length - 5);
    hello[5] = 1;
    hello[8] = (byte) (hello.length - 9);
    hello[9] = 3;
    hello[10] = 2;
    hello[44] = 0;
    hello[45] = 2;
    hello[46] = (byte) 0xc0;
    hello[47] = 0x13;
    hello[48] = 1;
    return hello;
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void webSocketsCarryMessagesOfAllSizesAndClose(String provider) throws Exception {
    TestServer server = start(provider, Map.of());
    HttpClient http =
        HttpClient.newBuilder().sslContext(TestCertificate.trusting(CERTIFICATE)).build();
    Texts ana = new Texts();
    WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create("wss://localhost:" + server.port() + "/ws/ana"), ana)
            .get(30, TimeUnit.SECONDS);
    for (int length : new int[] {1, 1_000, 20_000, 40_000, 3}) {
      String text = "x".repeat(length);
      socket.sendText(
          "{\"type\":\"chat\",\"sender\":\"ana\",\"message\":\"%s\"}".formatted(text), true);
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(() -> assertThat(String.join("", ana.parts)).contains("\"" + text + "\""));
    }
    server.close();
    running = null;
    assertThat(ana.closed.get(30, TimeUnit.SECONDS)).isEqualTo(1001);
    http.close();
  }

  private static final class Texts implements WebSocket.Listener {
    private final Queue<String> parts = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      parts.add(data.toString());
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String why) {
      closed.complete(code);
      return null;
    }
  }

  /// Without it a client takes the end for an attack that cuts the answer short.
  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void theLastAnswerEndsWithACloseNotify(String provider) throws IOException {
    TestServer server = start(provider, Map.of());
    Recorded raw = new Recorded(server.port());
    try (SSLSocket socket =
        (SSLSocket)
            TestCertificate.trusting(CERTIFICATE)
                .getSocketFactory()
                .createSocket(raw, "localhost", server.port(), true)) {
      // From TLS 1.3 on the type of a record is encrypted.
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      send(socket, "GET / HTTP/1.1\r\n\r\nmore that is not read");
      assertThat(untilEnd(socket)).startsWith("HTTP/1.1 400 ");
    }
    assertThat(raw.typeOfLastRecord()).as("alert").isEqualTo(21);
    await().atMost(TestServer.PATIENCE).until(() -> server.server().openSockets() == 0);
  }

  /// A socket that remembers what comes.
  private static final class Recorded extends Socket {
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

    Recorded(int port) throws IOException {
      super(InetAddress.getLoopbackAddress(), port);
      setSoTimeout((int) TestServer.PATIENCE.toMillis());
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
          int count = super.read(into, offset, length);
          seen.write(into, offset, Math.max(0, count));
          return count;
        }
      };
    }

    int typeOfLastRecord() {
      byte[] all = seen.toByteArray();
      int last = -1;
      int at = 0;
      while (at < all.length) {
        last = all[at];
        at += 5 + (((all[at + 3] & 0xff) << 8) | (all[at + 4] & 0xff));
      }
      return last;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void aPeerThatEndsItsOutputIsLetGo(String provider) throws IOException {
    TestServer server = start(provider, Map.of());
    try (SSLSocket idle = connect(server, "TLSv1.3");
        SSLSocket webSocket = connect(server, "TLSv1.3");
        SSLSocket cut = connect(server, "TLSv1.3")) {
      send(idle, HEALTH + "\r\n");
      assertThat(idle.getInputStream().read()).isEqualTo('H');
      send(webSocket, RawSocket.handshake("eva", server.port()));
      assertThat(webSocket.getInputStream().read()).isEqualTo('H');
      server.awaitConnections(1);
      cut.startHandshake();
      idle.shutdownOutput();
      webSocket.shutdownOutput();
      server.awaitConnections(0);
    }
    await().atMost(TestServer.PATIENCE).until(() -> server.server().openSockets() == 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void aRequestWithoutTlsIsToldSo(String provider) {
    TestServer server = start(provider, Map.of());
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(HEALTH + "\r\n");
      assertThat(socket.untilEnd()).startsWith("HTTP/1.1 400 ").contains("https://");
    }
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(new byte[] {0, 1, 2, 3, 4, 5, 6, 7});
      socket.untilEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void unfinishedHandshakesAndSilenceAfterThemAreEnded(String provider) throws IOException {
    TestServer server = start(provider, Map.of(Setting.LIMITS_HANDSHAKE_TIMEOUT, "1s"));
    try (RawSocket nothing = RawSocket.open(server);
        RawSocket half = RawSocket.open(server);
        SSLSocket silent = connect(server)) {
      half.send(new byte[] {22, 3, 1, 2, 0, 1});
      silent.startHandshake();
      assertThat(nothing.untilEnd()).isEmpty();
      half.untilEnd();
      assertThat(untilEnd(silent)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void sessionsAreResumed(String provider) throws Exception {
    TestServer server = start(provider, Map.of());
    SSLContext context = TestCertificate.trusting(CERTIFICATE);
    long first = 0;
    for (int i = 0; i < 2; i++) {
      try (SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket("localhost", server.port())) {
        send(socket, HEALTH + "Connection: close\r\n\r\n");
        assertThat(untilEnd(socket)).startsWith("HTTP/1.1 200 ");
        if (i == 0) {
          first = socket.getSession().getCreationTime();
        } else {
          assertThat(socket.getSession().getCreationTime()).isEqualTo(first);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void anAdditionalPortWithoutTls(String provider) throws Exception {
    TestServer server = start(provider, Map.of(Setting.TLS_PLAIN_PORT, "0"));
    int port = server.server().plainPort().orElseThrow();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(
              http.send(
                      HttpRequest.newBuilder(
                              URI.create("http://127.0.0.1:" + port + "/health/live"))
                          .build(),
                      HttpResponse.BodyHandlers.ofString())
                  .body())
          .contains("up");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"boringssl", "jdk"})
  void aCertificateThatTheClientDoesNotTrustEndsTheHandshake(String provider) throws IOException {
    TestServer server = start(provider, Map.of());
    try (SSLSocket socket =
        (SSLSocket)
            TestCertificate.trusting(TestCertificate.of("another"))
                .getSocketFactory()
                .createSocket("localhost", server.port())) {
      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
    await().atMost(TestServer.PATIENCE).until(() -> server.server().openSockets() == 0);
  }
}
