package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.engine.Phase;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.OperatorApi;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// The drain of a server: who is served and how long, how connections are closed, and what becomes
/// of those that come meanwhile.
final class DrainTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /// Longer than a test takes.
  private static final String FOREVER = "10m";

  private static TestServer start(String grace, String period) {
    return TestServer.start(
        Map.of(Setting.DRAIN_GRACE, grace, Setting.DRAIN_PERIOD, period, Setting.LANGUAGE, "en"));
  }

  private static CompletableFuture<Void> drain(TestServer server) {
    return CompletableFuture.runAsync(server.server()::drain, Thread::startVirtualThread);
  }

  private static void awaitPhase(TestServer server, Phase phase) {
    await().atMost(TestServer.PATIENCE).until(() -> server.server().lifecycle().phase() == phase);
  }

  private static HttpResponse<String> get(TestServer server, String path) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(server.http(path)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static RawSocket full(TestServer server, String client) {
    return RawSocket.webSocket(server, client + "?v=1");
  }

  private static RawSocket stream(TestServer server, String client) {
    RawSocket socket = RawSocket.open(server);
    socket.send(
        "GET /api/v1/stream?client=%s&rooms=lobby HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            .formatted(client));
    assertThat(socket.head()).startsWith("HTTP/1.1 200");
    return socket;
  }

  /// The wait of a close frame with the code 4000.
  private static long waitOf(RawSocket.Frame close) {
    assertThat(close.closeCode()).isEqualTo(4000);
    assertThat(close.closeText()).startsWith("draining ");
    return Long.parseLong(close.closeText().substring("draining ".length()));
  }

  @Test
  void duringTheGraceNewcomersAreServedAlthoughTheServerIsNotReady() {
    try (TestServer server = start(FOREVER, "0ms");
        TestClient ana = TestClient.connect(server, "ana")) {
      CompletableFuture<Void> drained = drain(server);
      awaitPhase(server, Phase.DRAINING);
      HttpResponse<String> ready = get(server, "/health/ready");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("\"draining\"").contains("cause");
      assertThat(get(server, "/health/live").statusCode()).isEqualTo(200);
      try (TestClient eva = TestClient.connect(server, "eva")) {
        eva.chat("Eva", "hola");
        assertThat(ana.next(text -> text.contains("hola"))).contains("Eva");
      }
      server.server().hurry();
      drained.join();
      assertThat(ana.awaitClose()).isEqualTo("1001 going away");
    }
  }

  @Test
  void eachKindOfClientIsToldInItsOwnWay() {
    try (TestServer server = start("0ms", "0ms");
        RawSocket ana = full(server, "ana");
        RawSocket eva = stream(server, "eva");
        TestClient leo = TestClient.connect(server, "leo")) {
      server.awaitConnections(3);
      drain(server).join();
      assertThat(waitOf(ana.read(8))).isBetween(1L, 3_000L);
      assertThat(leo.awaitClose()).isEqualTo("1001 going away");
      assertThat(eva.untilEnd())
          .containsPattern("retry: [1-9][0-9]*\\Revent: close\\R")
          .contains("{\"code\":4000,\"reason\":\"draining ");
    }
  }

  @Test
  void theWaitsAreSpreadEvenIfAllAreClosedAtOnce() {
    int count = 40;
    try (TestServer server = start("0ms", "0ms")) {
      List<RawSocket> sockets = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sockets.add(full(server, "client-" + i));
      }
      server.awaitConnections(count);
      CompletableFuture<Void> drained = drain(server);
      List<Long> waits = sockets.stream().map(socket -> waitOf(socket.read(8))).toList();
      drained.join();
      assertThat(waits).allMatch(wait -> wait > 0);
      assertThat(waits.stream().distinct().count()).as("waits %s", waits).isGreaterThan(count / 4);
      sockets.forEach(RawSocket::close);
    }
  }

  @Test
  void aServerWithoutConnectionsEndsAfterTheGrace() {
    try (TestServer server = start("0ms", FOREVER)) {
      await().atMost(TestServer.PATIENCE).until(drain(server)::isDone);
    }
  }

  @Test
  void clientsAreClosedInSlices() {
    int count = 20;
    try (TestServer server = start("0ms", FOREVER)) {
      List<RawSocket> sockets = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sockets.add(full(server, "client-" + i));
      }
      server.awaitConnections(count);
      CompletableFuture<Void> drained = drain(server);
      awaitPhase(server, Phase.DRAINING);
      assertThat(server.server().registry().connections()).as("all but the first").isEqualTo(count);
      server.server().hurry();
      drained.join();
      sockets.forEach(socket -> assertThat(waitOf(socket.read(8))).isPositive());
      sockets.forEach(RawSocket::close);
    }
  }

  @Test
  void newcomersDuringTheSlicesAreAcceptedAndToldWhenToComeBack() {
    try (TestServer server = start("0ms", "1m");
        RawSocket ana = full(server, "ana")) {
      server.awaitConnections(1);
      CompletableFuture<Void> drained = drain(server);
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> server.server().lifecycle().state().progress().contains("of 1"));
      try (RawSocket eva = full(server, "eva");
          RawSocket leo = stream(server, "leo");
          TestClient pia = TestClient.connect(server, "pia")) {
        assertThat(waitOf(eva.read(8))).as("after the drain").isGreaterThan(30_000);
        assertThat(leo.untilEnd()).containsPattern("retry: [0-9]{5,6}\\Revent: close\\R");
        assertThat(pia.awaitClose()).isEqualTo("1001 going away");
      }
      assertThat(get(server, "/api/v1/rooms").statusCode()).as("requests").isEqualTo(200);
      server.server().hurry();
      drained.join();
      assertThat(waitOf(ana.read(8))).isPositive();
    }
  }

  @Test
  void whatIsCarriedOutIsAnsweredBeforeTheClose() {
    try (TestServer server = start("0ms", "0ms");
        RawSocket ana = full(server, "ana")) {
      ana.sendText("{\"type\":\"hello\",\"ref\":\"h\"}");
      for (int i = 1; i <= 200; i++) {
        ana.sendText(
            "{\"type\":\"chat\",\"ref\":\"r%s\",\"room\":\"plaza\",\"message\":\"hola %s\"}"
                .formatted(i, i));
      }
      RawSocket.Frame frame = ana.read();
      CompletableFuture<Void> drained = drain(server);
      int replies = 0;
      while (frame.opcode() != 8) {
        replies += frame.text().contains("\"ref\":\"r") ? 1 : 0;
        frame = ana.read();
      }
      drained.join();
      waitOf(frame);
      String newest = get(server, "/api/v1/rooms/plaza/messages?limit=1").body();
      assertThat(newest)
          .as("the last one of %s that were answered", replies)
          .contains("hola " + replies + "\"");
    }
  }

  @Test
  void anOperatorBeginsItAndIsShownTheProgress() {
    try (TestServer server = start("0ms", "1s");
        RawSocket ana = full(server, "ana");
        RawSocket eva = full(server, "eva")) {
      server.awaitConnections(2);
      server.server().drainBy(() -> drain(server));
      try (OperatorApi.Lines lines = OperatorApi.post(server.data(), "/api/v1/admin/drain", "")) {
        assertThat(lines.status()).isEqualTo(200);
        List<Json> all = lines.rest();
        assertThat(all.getLast().type()).isEqualTo("drained");
        assertThat(all.getLast().number("total")).isEqualTo(2);
        assertThat(all.stream().map(line -> line.number("done")).toList())
            .isSortedAccordingTo(Comparator.naturalOrder());
      }
      waitOf(ana.read(8));
      waitOf(eva.read(8));
      // Another request shows the same again.
      CommandRun run =
          CommandRun.of(Map.of("TERTULIA_DATA", server.data().toString()), "", false, "drain");
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out()).isEqualTo("drained: 2 connections were closed; the server ends\n");
    }
  }

  @Test
  void aServerWithinAnotherProgramIsNotDrainedByRequest() {
    try (TestServer server = start("0ms", "0ms");
        OperatorApi.Lines lines = OperatorApi.post(server.data(), "/api/v1/admin/drain", "")) {
      assertThat(lines.status()).isEqualTo(503);
      assertThat(lines.next().text("code")).isEqualTo("unavailable");
      assertThat(get(server, "/health/ready").statusCode()).isEqualTo(200);
      try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
        assertThat(ana.rest()).isNotNull();
      }
    }
  }

  @Test
  void othersAreNotToldOfThoseWhoLeave() {
    try (TestServer server = start("0ms", "1s");
        TestClient leo = TestClient.connect(server, "leo");
        TestClient ana = TestClient.connect(server, "ana")) {
      server.awaitConnections(2);
      leo.rest();
      ana.rest();
      drain(server).join();
      leo.awaitClose();
      ana.awaitClose();
      assertThat(leo.rest()).noneMatch(text -> text.contains("ana"));
      assertThat(ana.rest()).noneMatch(text -> text.contains("leo"));
    }
  }
}
