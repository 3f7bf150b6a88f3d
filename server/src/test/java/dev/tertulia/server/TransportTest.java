package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What matters of the base protocol, on every transport that there is on this machine.
final class TransportTest {
  private static final String GONE = "Cliente '%s' se ha desconectado.";

  static Stream<IoTransport> available() {
    return Arrays.stream(IoTransport.values()).filter(IoTransport::isAvailable);
  }

  private static TestServer start(IoTransport ioTransport, Setting setting, String value) {
    TestServer server =
        TestServer.start(
            Map.of(
                Setting.TRANSPORT,
                ioTransport.label(),
                Setting.LIMITS_MESSAGES_PER_SECOND,
                "0",
                setting,
                value));
    assertThat(server.server().transport()).isEqualTo(ioTransport);
    return server;
  }

  /// On Linux all three can be had, but for what a sandbox forbids: io_uring at most.
  @Test
  void epollAndNioAreTested() {
    assertThat(available()).contains(IoTransport.EPOLL, IoTransport.NIO);
    assertThat(IoTransport.best()).isEqualTo(available().findFirst().orElseThrow());
  }

  @ParameterizedTest
  @MethodSource("available")
  void chatNotificationsBroadcastsAndDepartures(IoTransport ioTransport) {
    try (TestServer server = start(ioTransport, Setting.LANGUAGE, "es");
        TestClient ana = TestClient.connect(server, "ana");
        TestClient phone = TestClient.connect(server, "ana");
        TestClient luis = TestClient.connect(server, "luis")) {
      ana.chat("Ana", "hola");
      for (TestClient client : List.of(ana, phone, luis)) {
        assertThat(client.next()).contains("\"sender\":\"Ana\",\"message\":\"hola\"");
      }
      ana.send("{\"type\":\"notification\",\"message\":\"mine\"}");
      for (TestClient client : List.of(ana, phone)) {
        assertThat(client.next()).startsWith("{\"type\":\"notification\"").contains("\"mine\"");
      }
      luis.send("{\"type\":\"broadcast_notification\",\"message\":\"ours\"}");
      for (TestClient client : List.of(ana, phone, luis)) {
        assertThat(client.next()).startsWith("{\"type\":\"notification\"").contains("\"ours\"");
      }
      luis.send("{\"type\":\"baile\"}");
      assertThat(luis.next()).contains("\"code\":\"unknown_type\"");
      try (TestClient eva = TestClient.connect(server, "eva")) {
        eva.chat("Eva", "adiós");
      }
      assertThat(luis.next()).contains("adiós");
      assertThat(luis.next()).contains(GONE.formatted("eva"));
      TestClient.connect(server, "juan").abort();
      assertThat(luis.next()).contains(GONE.formatted("juan"));
    }
  }

  /// On a transport that sends at once the answer could be faster than what is still to be done.
  @ParameterizedTest
  @MethodSource("available")
  void aClientReceivesEveryMessageSentAfterItsHandshake(IoTransport ioTransport) {
    try (TestServer server = start(ioTransport, Setting.PRESENCE_ANNOUNCE_DEPARTURES_UP_TO, "0");
        RawSocket talker = RawSocket.webSocket(server, "talker")) {
      for (int i = 0; i < 1_000; i++) {
        try (RawSocket guest = RawSocket.open(server)) {
          guest.upgraded("guest" + i, server);
          talker.sendText("{\"type\":\"chat\",\"message\":\"word " + i + "\"}");
          assertThat(guest.read().text()).contains("word " + i + '"');
          assertThat(talker.read().text()).contains("word " + i + '"');
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("available")
  void halfClosedAndResetConnectionsEnd(IoTransport ioTransport) {
    try (TestServer server = start(ioTransport, Setting.LANGUAGE, "es");
        TestClient ana = TestClient.connect(server, "ana");
        RawSocket half = RawSocket.webSocket(server, "half");
        RawSocket hasty = RawSocket.open(server);
        RawSocket early = RawSocket.open(server)) {
      half.sendText("{\"type\":\"chat\",\"message\":\"the last word\"}");
      half.shutdownOutput();
      assertThat(ana.next()).contains("the last word");
      assertThat(ana.next()).contains(GONE.formatted("half"));
      half.untilEnd();
      hasty.send(RawSocket.handshake("hasty", server.port()));
      hasty.shutdownOutput();
      assertThat(ana.next()).contains(GONE.formatted("hasty"));
      assertThat(hasty.untilEnd()).startsWith("HTTP/1.1 101 ");
      RawSocket.webSocket(server, "reset").reset();
      assertThat(ana.next()).contains(GONE.formatted("reset"));
      early.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
      early.shutdownOutput();
      assertThat(early.untilEnd()).startsWith("HTTP/1.1 200 ").contains("{\"status\":\"up\"}");
      server.awaitConnections(1);
    }
  }

  @ParameterizedTest
  @MethodSource("available")
  void aSlowReaderIsClosedAndOthersGetEverything(IoTransport ioTransport) {
    String long60K = "x".repeat(60_000);
    try (TestServer server = start(ioTransport, Setting.LIMITS_SEND_QUEUE_BYTES, "256KiB");
        RawSocket slow = RawSocket.openWithSmallBuffer(server);
        TestClient quick = TestClient.connect(server, "quick")) {
      slow.upgraded("slow", server);
      // What had left the server's hands is cut off a few seconds after, so nobody dawdles here.
      for (int i = 0; i < 400 && server.server().registry().connections() > 1; i++) {
        quick.chat("Q", i + long60K);
        String own = "\"message\":\"" + i + "x";
        assertThat(quick.next(message -> !message.contains("system"))).contains(own);
      }
      int arrived = 0;
      RawSocket.Frame frame = slow.read();
      while (frame.opcode() == 1) {
        assertThat(frame.text()).contains("\"message\":\"" + arrived++ + "x");
        frame = slow.read();
      }
      assertThat(frame.closeCode()).isEqualTo(4001);
      assertThat(arrived).isLessThan(400);
    }
  }

  @ParameterizedTest
  @MethodSource("available")
  void aStoppingServerSendsCloseFrames(IoTransport ioTransport) {
    List<TestClient> clients = new ArrayList<>();
    try (TestServer server = start(ioTransport, Setting.LANGUAGE, "es")) {
      for (int i = 0; i < 10; i++) {
        clients.add(TestClient.connect(server, "c" + i));
      }
    }
    for (TestClient client : clients) {
      assertThat(client.awaitClose()).isEqualTo("1001 going away");
    }
  }
}
