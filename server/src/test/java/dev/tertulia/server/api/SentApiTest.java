package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.cli.OperatorClient;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.ErasureOperation;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The explanation of a notification that was sent but not acknowledged: on which connections,
/// when, and never that a connected client is away.
@Tag(ServerStore.PROTOCOL)
final class SentApiTest {
  private static final String AWAY = "not connected since";

  private TestServer server;
  private Api api;

  @BeforeEach
  void start() {
    server = TestServer.start(Map.of(Setting.LANGUAGE, "en"));
    api = new Api(server);
  }

  @AfterEach
  void stop() {
    api.close();
    server.close();
  }

  private String notify(String client) {
    return api.postText("/api/v1/clients/" + client + "/notifications", "x").ok(201).text("id");
  }

  private Json deliveryStatus(String id) {
    return api.get("/api/v1/notifications/" + id).ok(200);
  }

  /// The same, as it stands in the list of the client's.
  private Json listed(String client) {
    return api.get("/api/v1/clients/" + client + "/notifications").ok(200);
  }

  private static void heard(FullPeer peer) {
    peer.next("notification");
  }

  @Test
  void theStatusOfABaseClientIsSentAtMost() {
    String id;
    try (TestClient ana = TestClient.connect(server, "ana")) {
      id = notify("ana");
      ana.next();
      Json deliveryStatus = deliveryStatus(id);
      assertThat(deliveryStatus.text("state")).isEqualTo("sent");
      assertThat(deliveryStatus.text("explanation"))
          .startsWith("It was sent to ana over a connection of the base protocol (")
          .contains(", still open)", "The base protocol has no acknowledgements");
      Json sent = deliveryStatus.objects("sent").getFirst();
      assertThat(sent.text("protocol")).isEqualTo("base");
      assertThat(sent.number("time")).isGreaterThanOrEqualTo(deliveryStatus.number("time"));
      assertThat(sent.fields()).doesNotContainKey("ended");
      assertThat(listed("ana").number("connections")).isOne();
      assertThat(listed("ana").objects("notifications").getFirst().text("state")).isEqualTo("sent");
    }
    server.awaitConnections(0);
    assertThat(deliveryStatus(id).text("state")).isEqualTo("sent");
    assertThat(deliveryStatus(id).text("explanation")).contains(", closed ");
    assertThat(deliveryStatus(id).objects("sent").getFirst().number("ended")).isPositive();
    try (TestClient again = TestClient.connect(server, "ana")) {
      again.chat("Ana", "here");
      again.next();
      assertThat(deliveryStatus(id).text("state")).as("by the connection before").isEqualTo("sent");
    }
  }

  @Test
  void anUnnamedDeviceCounts() {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      String id = notify("ana");
      heard(ana);
      Json deliveryStatus = deliveryStatus(id);
      assertThat(deliveryStatus.text("state")).isEqualTo("sent");
      assertThat(deliveryStatus.text("explanation"))
          .contains("over a connection without a device name (", "still open")
          .contains("No device has acknowledged it yet");
      assertThat(deliveryStatus.objects("sent").getFirst().text("connection")).isNotEmpty();
    }
  }

  @Test
  void aDeviceIsNamedUntilItAcknowledges() {
    try (FullPeer phone = FullPeer.hello(server, "ana", "'device':'phone'");
        FullPeer laptop = FullPeer.hello(server, "ana", "'device':'laptop'")) {
      String id = notify("ana");
      heard(laptop);
      String pos = phone.next("notification").text("pos");
      assertThat(deliveryStatus(id).text("explanation")).contains("'phone' (", "'laptop' (");
      assertThat(deliveryStatus(id).objects("sent")).hasSize(2);
      phone.ask("'type':'ack','pos':'%s'".formatted(pos));
      assertThat(deliveryStatus(id).text("state")).isEqualTo("delivered");
      assertThat(deliveryStatus(id).text("explanation")).contains("It reached phone");
      assertThat(deliveryStatus(id).objects("sent")).as("still told").hasSize(2);
    }
  }

  @Test
  void anOnlineClientThatDidNotRequestItIsNotReportedAsAway() {
    String first = notify("ana");
    assertThat(deliveryStatus(first).text("explanation")).contains("ana has never connected");
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      assertThat(deliveryStatus(first).text("state")).isEqualTo("waiting");
      assertThat(deliveryStatus(first).text("explanation"))
          .contains("ana is online (since ", "has not requested pending notifications");
      String second = notify("ana");
      heard(ana);
      assertThat(deliveryStatus(first).text("state")).as("was before").isEqualTo("waiting");
      assertThat(deliveryStatus(second).text("state")).isEqualTo("sent");
      ana.ask("'type':'inbox','limit':1,'before':'%s'".formatted(second));
      assertThat(deliveryStatus(first).text("state")).as("on a page").isEqualTo("sent");
    }
  }

  @Test
  void missedNotificationsAreSentWhenTheInboxIsResumed() {
    String pos;
    try (FullPeer ana = FullPeer.hello(server, "ana", "'inbox':null")) {
      pos = ana.next("inbox").text("pos");
    }
    server.awaitConnections(0);
    String id = notify("ana");
    String all = api.post("/api/v1/broadcasts", "{\"message\":\"to all\"}").ok(201).text("id");
    assertThat(deliveryStatus(id).text("state")).isEqualTo("waiting");
    assertThat(deliveryStatus(id).text("explanation"))
        .as("seen within the hour in which it was sent")
        .contains("ana is not known to have connected since", "within an hour");
    try (FullPeer ana =
        FullPeer.hello(server, "ana", "'device':'phone','inbox':'%s'".formatted(pos))) {
      ana.next("inbox");
      assertThat(deliveryStatus(id).text("state")).isEqualTo("sent");
      assertThat(listed("ana").objects("notifications"))
          .extracting(one -> one.text("state"))
          .containsExactly("sent", "sent");
      String live = notify("ana");
      heard(ana);
      assertThat(deliveryStatus(live).text("state")).isEqualTo("sent");
      assertThat(deliveryStatus(id).text("state")).isEqualTo("sent");
      List<Json> waiting = deliveryStatus(all).objects("waiting_for");
      assertThat(waiting).hasSize(1);
      assertThat(waiting.getFirst().truth("connected")).isTrue();
    }
  }

  @Test
  void sendingOverAStreamCounts() {
    try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
      events.next(frame -> frame.type().equals("inbox"));
      String id = notify("ana");
      events.next(frame -> frame.type().equals("notification"));
      assertThat(deliveryStatus(id).text("state")).isEqualTo("sent");
      assertThat(deliveryStatus(id).objects("sent").getFirst().text("protocol"))
          .isEqualTo("stream");
    }
    server.awaitConnections(0);
  }

  @Test
  void theStatusOfARevokedNotificationSaysWhetherItWasSent() {
    try (TestClient ana = TestClient.connect(server, "ana")) {
      String id = notify("ana");
      ana.next();
      api.send("DELETE", "/api/v1/notifications/" + id, null);
      assertThat(deliveryStatus(id).text("state")).isEqualTo("revoked");
      assertThat(deliveryStatus(id).text("explanation"))
          .contains("It was revoked (")
          .contains("It was sent to ana");
    }
    String unseen = notify("bea");
    api.send("DELETE", "/api/v1/notifications/" + unseen, null);
    try (FullPeer bea = FullPeer.hello(server, "bea", "'inbox':null")) {
      bea.next("inbox");
      assertThat(deliveryStatus(unseen).text("explanation"))
          .contains("No device had acknowledged it");
      assertThat(deliveryStatus(unseen).objects("sent")).isEmpty();
    }
  }

  @Test
  void afterARestartSendingIsUnknown() {
    String id;
    try (TestClient ana = TestClient.connect(server, "ana")) {
      id = notify("ana");
      ana.next();
    }
    server.awaitConnections(0);
    server = server.restarted();
    api.close();
    api = new Api(server);
    try (TestClient ana = TestClient.connect(server, "ana")) {
      ana.chat("Ana", "back");
      ana.next();
      assertThat(deliveryStatus(id).text("state")).isEqualTo("waiting");
      assertThat(deliveryStatus(id).text("explanation"))
          .contains("ana is online")
          .doesNotContain(AWAY);
    }
  }

  /// Its inbox begins again, with offsets that were another notification's.
  @Tag(ServerStore.ONLY_SQLITE)
  @Test
  void entriesSentToAnErasedClientAreNotMistakenForLaterOnes(@TempDir Path folder) {
    String data = folder.resolve("d").toString();
    try (TestServer other = TestServer.start(Map.of(Setting.DATA, data, Setting.LANGUAGE, "en"));
        Api asked = new Api(other)) {
      String inbox = "/api/v1/clients/ana/notifications";
      try (TestClient ana = TestClient.connect(other, "ana")) {
        asked.postText(inbox, "x").ok(201);
        ana.next();
        try (ErasureOperation erasureOperation =
            ErasureOperation.of(folder.resolve("d"), "ana", new OperatorClient(), Progress.NONE)) {
          erasureOperation.carryOut(Progress.NONE);
        }
      }
      other.awaitConnections(0);
      String id = asked.postText(inbox, "y").ok(201).text("id");
      Json deliveryStatus = asked.get("/api/v1/notifications/" + id).ok(200);
      assertThat(deliveryStatus.text("state")).isEqualTo("waiting");
      assertThat(deliveryStatus.objects("sent")).isEmpty();
    }
  }
}
