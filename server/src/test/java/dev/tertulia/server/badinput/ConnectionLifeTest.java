package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.WithBystander;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// How connections begin and end, and that nothing of them is left.
final class ConnectionLifeTest extends WithBystander {
  private static final String GONE = "Cliente '%s' se ha desconectado.";

  @Test
  void aClientWithSeveralConnectionsDepartsOnceWithTheLast() {
    List<RawSocket> sockets = List.of(webSocket("ana"), webSocket("ana"), webSocket("ana"));
    server.awaitConnections(4);
    assertThat(server.server().registry().clients()).isEqualTo(2);
    sockets.get(1).sendText("{\"type\":\"notification\",\"message\":\"mine\"}");
    for (RawSocket socket : sockets) {
      assertThat(socket.read().text()).contains("\"message\":\"mine\"");
    }
    sayGoodbye(sockets.get(0));
    sockets.get(1).close();
    server.awaitConnections(2);
    bystander.client().chat("Bystander", "still there");
    assertThat(bystander.hears()).contains("still there");
    sockets.get(2).reset();
    assertThat(bystander.hears())
        .contains("\"sender\":\"Sistema\",\"message\":\"" + GONE.formatted("ana") + '"')
        .contains("\"system\":true");
    bystander.client().chat("Bystander", "after all");
    assertThat(bystander.hears()).contains("after all");
  }

  @Test
  void aDepartureIsNotAnnouncedInALargeRoom() {
    try (TestServer small =
            TestServer.start(Map.of(Setting.PRESENCE_ANNOUNCE_DEPARTURES_UP_TO, "2"));
        TestClient ana = TestClient.connect(small, "ana");
        TestClient luis = TestClient.connect(small, "luis");
        TestClient eva = TestClient.connect(small, "eva");
        TestClient juan = TestClient.connect(small, "juan")) {
      juan.abort();
      small.awaitConnections(3);
      eva.abort();
      assertThat(ana.next()).contains(GONE.formatted("eva"));
      assertThat(luis.next()).contains(GONE.formatted("eva"));
    }
  }

  @Test
  void aVanishedPeerIsClosedAndAnAnsweringOneStays() {
    Map<Setting, String> quick =
        Map.of(Setting.HEARTBEAT_INTERVAL, "200ms", Setting.HEARTBEAT_TIMEOUT, "1s");
    try (TestServer heart = TestServer.start(quick);
        TestClient alive = TestClient.connect(heart, "alive");
        RawSocket silent = RawSocket.webSocket(heart, "silent")) {
      assertThat(silent.read().opcode()).isEqualTo(9);
      RawSocket.Frame close = silent.read(8);
      assertThat(close.closeCode()).isEqualTo(4002);
      assertThat(close.closeText()).isEqualTo("heartbeat");
      assertThat(alive.next()).contains(GONE.formatted("silent"));
      assertThat(heart.server().registry().connections()).isEqualTo(1);
      try (RawSocket second = RawSocket.webSocket(heart, "second")) {
        assertThat(second.read(8).closeCode()).isEqualTo(4002);
      }
      alive.chat("A", "here");
      assertThat(alive.next(message -> !message.contains("system"))).contains("here");
    }
  }

  @Test
  void aPeerThatDoesNotAnswerTheCloseFrameIsDisconnected() {
    RawSocket socket = webSocket("stubborn");
    socket.sendFrame(0x82, new byte[1]);
    assertClosed(socket, CloseReason.BINARY_FRAME);
    // It neither closes nor answers: the server ends the socket by itself.
    server.awaitConnections(1);
  }

  @Test
  void aSecondCloseFrameIsIgnored() {
    RawSocket socket = webSocket("twice");
    startGoodbye(socket);
    startGoodbye(socket);
    assertClosed(socket, new CloseReason(1000, ""));
    server.awaitConnections(1);
  }

  @Test
  void bothSidesMayCloseAtOnce() {
    List<RawSocket> sockets = new ArrayList<>();
    try (TestServer ending = TestServer.start()) {
      for (int i = 0; i < 50; i++) {
        sockets.add(RawSocket.webSocket(ending, "c" + i));
      }
      Thread goodbyes =
          Thread.startVirtualThread(() -> sockets.forEach(ConnectionLifeTest::startGoodbye));
      ending.server().close();
      join(goodbyes);
      for (RawSocket socket : sockets) {
        assertThat(socket.read(8).closeCode()).isIn(1000, 1001);
      }
    } finally {
      sockets.forEach(RawSocket::close);
    }
  }

  @Test
  void aClientMayCloseWhileItIsBeingSentMessages() throws Exception {
    try (TestServer busy =
            TestServer.start(
                Map.of(
                    Setting.LIMITS_MESSAGES_PER_SECOND,
                    "0",
                    Setting.LIMITS_BYTES_PER_SECOND,
                    "0"));
        TestClient talker = TestClient.connect(busy, "talker");
        ExecutorService others = Executors.newFixedThreadPool(1)) {
      Future<?> talk =
          others.submit(() -> {
            for (int i = 0; i < 3_000; i++) {
              talker.chat("T", "n" + i);
            }
          });
      for (int i = 0; !talk.isDone() && i < 1_000; i++) {
        RawSocket socket = RawSocket.webSocket(busy, "guest" + i);
        socket.read();
        if (i % 3 == 0) {
          sayGoodbye(socket);
        } else if (i % 3 == 1) {
          socket.reset();
        }
        socket.close();
      }
      talk.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      for (int i = 0; i < 3_000; i++) {
        String word = "\"n" + i + '"';
        assertThat(talker.next(message -> !message.contains("system"))).contains(word);
      }
      busy.awaitConnections(1);
    }
  }

  @Test
  void aSilentClientStaysConnected() {
    webSocket("mute");
    server.awaitConnections(2);
    bystander.noticesNothing();
    assertThat(server.server().registry().clients()).isEqualTo(2);
  }

  @Test
  void aResetConnection() {
    webSocket("reset").reset();
    assertThat(bystander.hears()).contains(GONE.formatted("reset"));
  }

  @Test
  void aHalfClosedConnection() {
    RawSocket socket = webSocket("half");
    socket.shutdownOutput();
    assertThat(bystander.hears()).contains(GONE.formatted("half"));
    assertThat(socket.untilEnd()).isEmpty();
  }

  @Test
  void aConnectionThatEndsInsideAFrameOrAMessage() {
    RawSocket amidFrame = webSocket("frame");
    amidFrame.send(new byte[] {(byte) 0x81, (byte) 0x90, 1, 2, 3});
    RawSocket amidMessage = webSocket("message");
    amidMessage.sendFrame(0x01, "{".getBytes(StandardCharsets.UTF_8));
    server.awaitConnections(3);
    amidFrame.reset();
    amidMessage.shutdownOutput();
    server.awaitConnections(1);
  }

  @Test
  void aConnectionThatEndsDuringItsHandshake() {
    String handshake = RawSocket.handshake("early", server.port());
    for (int i = 0; i < handshake.length(); i += 7) {
      RawSocket socket = open();
      socket.send(handshake.substring(0, i));
      if (i % 2 == 0) {
        socket.reset();
      } else {
        socket.shutdownOutput();
        assertThat(socket.untilEnd()).doesNotContain(" 101 ");
      }
    }
  }

  @Test
  void thousandsOfClientsConnectAndDisconnect() throws Exception {
    int threads = 4;
    int each = 500;
    try (ExecutorService all = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        done.add(
            all.submit(() -> {
              for (int i = 0; i < each; i++) {
                comeAndGo("c" + (thread * each + i) / 3, i);
              }
            }));
      }
      for (Future<?> one : done) {
        one.get(2 * TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }
    server.awaitConnections(1);
    assertThat(server.server().registry().clients()).isEqualTo(1);
    assertThat(server.server().subscribedTopics()).isEqualTo(3);
  }

  private void comeAndGo(String id, int how) {
    try (RawSocket socket = RawSocket.open(server)) {
      switch (how % 5) {
        case 0 -> sayGoodbye(socket.upgraded(id, server));
        case 1 -> socket.upgraded(id, server).reset();
        case 2 -> socket.upgraded(id, server).shutdownOutput();
        case 3 -> {
          socket.send(RawSocket.handshake(id, server.port()));
          socket.reset();
        }
        default -> socket.upgraded(id, server);
      }
    }
  }

  @Test
  void aSlowConsumerIsClosedAndOthersGetEverything() {
    String long60K = "x".repeat(60_000);
    int messages = 400;
    try (TestServer small =
            TestServer.start(
                Map.of(
                    Setting.LIMITS_SEND_QUEUE_BYTES,
                    "256KiB",
                    Setting.LIMITS_MESSAGES_PER_SECOND,
                    "0",
                    Setting.LIMITS_BYTES_PER_SECOND,
                    "0"));
        RawSocket slow = RawSocket.openWithSmallBuffer(small);
        TestClient quick = TestClient.connect(small, "quick")) {
      slow.upgraded("slow", small);
      int said = 0;
      String heard = "";
      // Not longer: the rest of what was sent to the slow one is cut off a few seconds after.
      while (said < messages && !heard.contains("system")) {
        quick.chat("Q", said + long60K);
        heard = quick.next();
        if (heard.contains("system")) {
          assertThat(heard).contains(GONE.formatted("slow"));
          assertThat(quick.next()).contains("\"message\":\"" + said + "x");
        } else {
          assertThat(heard).contains("\"message\":\"" + said + "x");
        }
        said++;
      }
      assertThat(heard.contains("system") || quick.next().contains(GONE.formatted("slow")))
          .isTrue();
      // What had left the server's hands arrives whole, and then the reason, or the end.
      int last = -1;
      RawSocket.Frame frame = slow.read();
      while (frame.opcode() == 1) {
        last++;
        assertThat(frame.text()).contains("\"message\":\"" + last + "x");
        frame = slow.read();
      }
      assertThat(frame.closeCode()).isEqualTo(4001);
      assertThat(frame.closeText()).isEqualTo("slow_consumer");
      assertThat(last).isLessThan(messages - 1);
    }
  }

  @Test
  void aFastSenderThatDoesNotReadIsClosed() {
    try (TestServer small =
            TestServer.start(
                Map.of(
                    Setting.LIMITS_SEND_QUEUE_BYTES, "1KiB",
                    Setting.LIMITS_MESSAGES_PER_SECOND, "200000",
                    Setting.LIMITS_BURST, "10"));
        RawSocket deaf = RawSocket.openWithSmallBuffer(small)) {
      deaf.upgraded("deaf", small);
      deaf.sendUntilRefused(RawSocket.frame(0x89, new byte[125]));
      small.awaitConnections(0);
    }
  }

  @Test
  void aStoppingServerClosesAllConnections() {
    List<TestClient> clients = new ArrayList<>();
    RawSocket silent;
    try (TestServer ending = TestServer.start()) {
      for (int i = 0; i < 20; i++) {
        clients.add(TestClient.connect(ending, "c" + i / 2));
      }
      silent = closedInTheEnd(RawSocket.webSocket(ending, "silent"));
    }
    for (TestClient client : clients) {
      assertThat(client.awaitClose()).isEqualTo("1001 going away");
      assertThat(client.rest()).isEmpty();
    }
    assertThat(silent.read().closeCode()).isEqualTo(1001);
    assertThat(silent.untilEnd()).isEmpty();
  }

  @Test
  void aClientThatSendsTooFastIsThrottledAndLosesNothing() {
    Map<Setting, String> slowly =
        Map.of(Setting.LIMITS_MESSAGES_PER_SECOND, "500", Setting.LIMITS_BURST, "5");
    try (TestServer strict = TestServer.start(slowly);
        TestClient other = TestClient.connect(strict, "other");
        RawSocket fast = RawSocket.webSocket(strict, "fast")) {
      for (int i = 0; i < 300; i++) {
        fast.sendText("{\"type\":\"chat\",\"message\":\"n%s\"}".formatted(i));
      }
      other.chat("O", "not held up");
      for (int i = 0; i < 300; i++) {
        String heard = other.next(message -> message.contains("\"client\":\"fast\""));
        assertThat(heard).contains("\"n" + i + '"');
      }
    }
  }

  private static void sayGoodbye(RawSocket socket) {
    socket.sendFrame(0x88, new byte[] {0x03, (byte) 0xe8});
    socket.read(8);
  }

  private static void startGoodbye(RawSocket socket) {
    socket.sendFrame(0x88, new byte[] {0x03, (byte) 0xe8});
  }

  private static void join(Thread thread) {
    await().atMost(TestServer.PATIENCE).until(() -> !thread.isAlive());
  }
}
