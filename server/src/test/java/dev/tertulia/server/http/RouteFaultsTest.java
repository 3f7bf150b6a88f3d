package dev.tertulia.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.PathPrefix;
import dev.tertulia.server.net.Entrance;
import dev.tertulia.server.net.Listener;
import dev.tertulia.server.net.Pipelines;
import dev.tertulia.server.net.StartingAnswers;
import dev.tertulia.server.net.http1.CredentialsReader;
import dev.tertulia.server.net.http1.HandshakeMeters;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.Capacity;
import dev.tertulia.server.net.loop.InboundBudget;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.net.loop.RequestRates;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.Protocol;
import dev.tertulia.server.testing.Faults;
import dev.tertulia.server.testing.PublicRooms;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Routes that fail, routes that never answer, and routes whose answer is sent while it is
/// produced, behind real sockets.
final class RouteFaultsTest {
  /// How many of the API's requests are at work at a time.
  private static final int AT_ONCE = 5;

  /// Long enough to be charged: nothing is for an ordinary request.
  private static final String BODY = "x".repeat(5_000);

  private final EngineGuard guard = EngineGuard.ofNoProcess();
  private final CountDownLatch released = new CountDownLatch(1);
  private volatile Faults fault = Faults.DEFECT;
  private volatile LineSource lines = out -> {};
  private final Loops loops = new Loops(IoTransport.best(), 1, guard);

  @SuppressWarnings("NullAway.Init") // Set by start().
  private Pipelines pipelines;

  @SuppressWarnings("NullAway.Init") // The same.
  private Listener listener;

  /// @param answerTimeout how long an answer may take
  private void start(Duration answerTimeout) throws IOException {
    start(answerTimeout, Duration.ofSeconds(10));
  }

  /// @param readTimeout how long a client may take to read
  private void start(Duration answerTimeout, Duration readTimeout) throws IOException {
    pipelines =
        new Pipelines(
            new NetworkGate(NetworkGate.Reach.LOOPBACK, Set.of(), Set.of(), Language.EN),
            PathPrefix.NONE,
            Authenticator.open(Language.EN),
            new CredentialsReader(null),
            new Admission(Capacity.within(1000, 10_000, 0), 0, new LimitCounters(System::nanoTime)),
            new Router(
                List.of(
                    new Route(
                        "GET", "/ok", Action.General.NOTHING, call -> Response.json(200, "{}")),
                    new Route("POST", "/api/fails", Action.General.NOTHING, call -> fault.raise()),
                    new Route("POST", "/hangs", Action.General.NOTHING, call -> hang()),
                    new Route(
                        "POST",
                        "/api/lines",
                        Action.General.NOTHING,
                        call -> Response.lines(lines))),
                Language.EN,
                AT_ONCE,
                PublicRooms.permissions(),
                AuditLog.off(),
                new HttpMeters(new Meters()),
                guard),
            List.of(new FaultyProtocol()),
            loops,
            List.of(),
            new Pipelines.Limits(
                readTimeout,
                answerTimeout,
                Duration.ofSeconds(30),
                1024,
                RequestRates.Rates.NONE,
                new InboundBudget.Bounds(1 << 20, 1 << 20, 1 << 20)),
            new ClientRates(
                ClientRates.Rates.NONE, System::nanoTime, new LimitCounters(System::nanoTime)),
            new HandshakeMeters(new Meters()),
            new LimitCounters(System::nanoTime));
    listener =
        Listener.bind(
            loops,
            "127.0.0.1",
            0,
            new StartingAnswers((path, local) -> Response.empty(503, Map.of())),
            Entrance.PLAIN);
    listener.serve(pipelines);
  }

  @AfterEach
  void stop() {
    released.countDown();
    listener.close();
    loops.close();
  }

  /// Fails at every request for `/opens`.
  private final class FaultyProtocol implements Protocol {
    @Override
    public boolean owns(OpeningRequest request) {
      return request.rawPath().equals("/opens");
    }

    @Override
    public Opening open(OpeningRequest request) {
      return fault.raise();
    }
  }

  private Response hang() {
    boolean over = false;
    while (!over) {
      try {
        released.await();
        over = true;
      } catch (InterruptedException e) {
        // Nobody does.
      }
    }
    return Response.empty(204, Map.of());
  }

  private Socket open() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
    socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
    return socket;
  }

  private static void post(Socket socket, String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %s\r\n\r\n%s"
                .formatted(path, BODY.length(), BODY)
                .getBytes(StandardCharsets.US_ASCII));
  }

  /// One answer of a connection that stays open.
  private static String answer(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0 || !text.toString().endsWith("}")) {
      int c = socket.getInputStream().read();
      if (c < 0) {
        break;
      }
      text.append((char) c);
    }
    return text.toString();
  }

  @ParameterizedTest
  @EnumSource
  void aFailedRouteIsAnsweredAndTheConnectionContinues(Faults what) throws IOException {
    start(TestServer.PATIENCE);
    fault = what;
    try (Socket socket = open()) {
      // Each gives its place back: one that did not would leave none for the last.
      for (int i = 0; i <= AT_ONCE; i++) {
        post(socket, "/api/fails");
        assertThat(answer(socket)).startsWith("HTTP/1.1 500").contains("\"code\":\"internal\"");
      }
      socket
          .getOutputStream()
          .write("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(answer(socket)).startsWith("HTTP/1.1 200");
    }
    assertThat(guard.fault() != null).isEqualTo(what.isFatal());
    nothingIsLeft();
  }

  @ParameterizedTest
  @EnumSource
  void aFailedProtocolIsAnsweredAndTheConnectionContinues(Faults what) throws IOException {
    start(TestServer.PATIENCE);
    fault = what;
    try (Socket socket = open()) {
      post(socket, "/opens");
      assertThat(answer(socket)).startsWith("HTTP/1.1 500").contains("\"code\":\"internal\"");
      socket
          .getOutputStream()
          .write("GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(answer(socket)).startsWith("HTTP/1.1 200");
    }
    assertThat(guard.fault() != null).isEqualTo(what.isFatal());
    nothingIsLeft();
  }

  @Test
  void anAnswerThatDoesNotArriveTimesOut() throws IOException {
    start(Duration.ofMillis(300));
    try (Socket socket = open()) {
      post(socket, "/hangs");
      assertThat(answer(socket)).startsWith("HTTP/1.1 500").contains("\"code\":\"internal\"");
      assertThat(socket.getInputStream().read()).as("it is let go").isNegative();
    }
    nothingIsLeft();
    released.countDown();
  }

  @Test
  void aClientThatLeavesDuringItsRequestLeavesNothingBehind() throws IOException {
    start(Duration.ofMillis(300));
    for (int i = 0; i < 30; i++) {
      Socket socket = open();
      post(socket, i % 2 == 0 ? "/hangs" : "/api/fails");
      socket.setSoLinger(i % 3 == 0, 0);
      socket.close();
    }
    nothingIsLeft();
  }

  private static String untilEnd(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  private static String line(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = socket.getInputStream().read(); c >= 0 && c != '\n'; ) {
      line.append((char) c);
      c = socket.getInputStream().read();
    }
    return line.toString();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void linesAreSentWhileTheyAreProduced() throws IOException {
    // The limit is on the time until the first line can be sent, and not on all of them.
    start(Duration.ofMillis(300));
    lines =
        out -> {
          out.line(text("one"));
          released.await();
          out.line(text("two"));
        };
    try (Socket socket = open()) {
      post(socket, "/api/lines");
      String head = "";
      while (!head.endsWith("\r\n\r\n")) {
        head += (char) socket.getInputStream().read();
      }
      assertThat(head)
          .startsWith("HTTP/1.1 200")
          .containsIgnoringCase("transfer-encoding: chunked")
          .containsIgnoringCase("connection: close")
          .containsIgnoringCase("content-type: application/x-ndjson")
          .doesNotContainIgnoringCase("content-length");
      assertThat(line(socket)).isEqualTo("4\r");
      assertThat(line(socket)).isEqualTo("one");
      released.countDown();
      assertThat(untilEnd(socket)).isEqualTo("\r\n4\r\ntwo\n\r\n0\r\n\r\n");
    }
    nothingIsLeft();
  }

  @Test
  void anOldClientGetsLinesWithoutChunks() throws IOException {
    start(TestServer.PATIENCE);
    lines = out -> out.line(text("one"));
    try (Socket socket = open()) {
      socket.getOutputStream().write(text("POST /api/lines HTTP/1.0\r\nHost: localhost\r\n\r\n"));
      assertThat(untilEnd(socket))
          .endsWith("\r\n\r\none\n")
          .doesNotContainIgnoringCase("transfer-encoding");
    }
    nothingIsLeft();
  }

  @ParameterizedTest
  @EnumSource
  void linesThatFailEndWithoutTheirEnd(Faults what) throws IOException {
    start(TestServer.PATIENCE);
    lines =
        out -> {
          out.line(text("one"));
          what.raise();
        };
    try (Socket socket = open()) {
      post(socket, "/api/lines");
      assertThat(untilEnd(socket)).endsWith("\r\n\r\n4\r\none\n\r\n");
    }
    nothingIsLeft();
  }

  @Test
  void theSourceOfLinesIsToldThatItsClientHasGone() throws Exception {
    start(TestServer.PATIENCE);
    CompletableFuture<IOException> told = new CompletableFuture<>();
    lines = out -> told.complete(untilRefused(out));
    try (Socket socket = open()) {
      post(socket, "/api/lines");
      assertThat(line(socket)).startsWith("HTTP/1.1 200");
    }
    assertThat(told.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .hasMessage("the client is gone");
    nothingIsLeft();
  }

  @Test
  void aClientThatDoesNotReadLinesIsCutOff() throws Exception {
    start(TestServer.PATIENCE, Duration.ofMillis(500));
    CompletableFuture<IOException> told = new CompletableFuture<>();
    lines = out -> told.complete(untilRefused(out));
    try (Socket socket = open()) {
      post(socket, "/api/lines");
      assertThat(told.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .hasMessage("the client does not read");
      nothingIsLeft();
    }
  }

  private static IOException untilRefused(LineSource.Output out) {
    byte[] line = new byte[64 * 1024];
    while (true) {
      try {
        out.line(line);
      } catch (IOException e) {
        return e;
      }
    }
  }

  private void nothingIsLeft() {
    await()
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() -> {
          assertThat(pipelines.openSockets()).isZero();
          assertThat(pipelines.inboundBytes()).isZero();
        });
  }
}
