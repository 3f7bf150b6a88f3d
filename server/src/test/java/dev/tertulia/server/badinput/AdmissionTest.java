package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.WithBystander;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// More connections than the limits allow: in total, per address, per client. Existing connections
/// notice nothing, and every slot is released.
final class AdmissionTest extends WithBystander {
  private static final String OTHER_ADDRESS = "127.0.0.2";

  /// The bystander has one place in all, and one at its address.
  AdmissionTest() {
    super(
        Map.of(
            Setting.LIMITS_CONNECTIONS, "6",
            Setting.LIMITS_CONNECTIONS_PER_ADDRESS, "4",
            Setting.LIMITS_CONNECTIONS_PER_CLIENT, "2"));
  }

  @AfterEach
  void everyPlaceIsFreeAgain() {
    closeAll();
    awaitSockets(1);
    fill();
    assertRefused(fromElsewhere());
    closeAll();
    awaitSockets(1);
  }

  @Test
  void aHandshakeAboveTheTotalLimitIsRefused() {
    fill();
    RawSocket refused = fromElsewhere();
    refused.send(RawSocket.handshake("late", server.port()));
    String answer = refused.untilEnd();
    assertThat(answer)
        .startsWith("HTTP/1.1 503 ")
        .containsPattern("(?i)\r\nretry-after: 1\\d\r\n")
        .containsIgnoringCase("content-type: application/problem+json")
        .contains("\"code\":\"unavailable\"");
  }

  @Test
  void aRefusedClientMayConnectWhenAnotherLeaves() {
    List<RawSocket> in = fill();
    assertRefused(fromElsewhere());
    in.getFirst().close();
    server.awaitConnections(5);
    closedInTheEnd(RawSocket.open(server)).upgraded("heir", server);
    server.awaitConnections(6);
  }

  @Test
  void aFullServerStillAnswersHttp() {
    fill();
    RawSocket asking = fromElsewhere();
    asking.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(asking.untilEnd()).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void oneAddressDoesNotUseUpTheSlotsOfAnother() {
    for (int i = 0; i < 3; i++) {
      webSocket("c" + i);
    }
    assertRefused(open());
    fromElsewhere().upgraded("elsewhere", server);
    server.awaitConnections(5);
  }

  @Test
  void aConnectionAboveTheLimitOfItsClientIsClosed() {
    RawSocket first = webSocket("ana");
    webSocket("ana");
    assertClosed(webSocket("ana"), CloseReason.TOO_MANY_CONNECTIONS);
    server.awaitConnections(3);
    first.close();
    server.awaitConnections(2);
    RawSocket again = webSocket("ana");
    bystander.client().chat("Bystander", "heard");
    assertThat(again.read(1).text()).contains("heard");
    assertThat(bystander.hears()).contains("heard");
  }

  @Test
  void aRefusedConnectionSendsNoMessageAndCausesNoDeparture() {
    webSocket("ana");
    webSocket("ana");
    RawSocket turnedAway = open();
    turnedAway.send(RawSocket.handshake("ana", server.port()));
    turnedAway.sendText("{\"type\":\"chat\",\"message\":\"from outside\"}");
    turnedAway.head();
    assertThat(turnedAway.read().closeCode()).isEqualTo(4502);
    turnedAway.close();
    server.awaitConnections(3);
    // It is refused by its client's bound and not by that of its address, and nobody hears of it.
    bystander.client().chat("Bystander", "next");
    assertThat(bystander.hears()).contains("\"next\"");
  }

  @Test
  void abortedHandshakesTakeNoSlot() {
    String handshake = RawSocket.handshake("half", server.port());
    for (int i = 0; i < handshake.length(); i += 5) {
      RawSocket socket = RawSocket.open(server);
      socket.send(handshake.substring(0, i));
      if (i % 2 == 0) {
        socket.reset();
      } else {
        socket.close();
      }
    }
    for (int i = 0; i < 20; i++) {
      RawSocket socket = RawSocket.open(server);
      socket.send(handshake.replace("Version: 13", "Version: 12"));
      assertThat(socket.untilEnd()).startsWith("HTTP/1.1 426 ");
      socket.close();
    }
    for (int i = 0; i < 20; i++) {
      RawSocket socket = RawSocket.open(server);
      socket.send(handshake);
      socket.reset();
    }
  }

  @Test
  void concurrentHandshakesTakeNoMoreSlotsThanThereAre() {
    List<RawSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      RawSocket socket = i % 2 == 0 ? open() : fromElsewhere();
      sockets.add(socket);
    }
    for (int i = 0; i < 60; i++) {
      sockets.get(i).send(RawSocket.handshake("c" + i, server.port()));
    }
    int admitted = 0;
    for (RawSocket socket : sockets) {
      if (socket.head().startsWith("HTTP/1.1 101 ")) {
        admitted++;
      }
    }
    assertThat(admitted).isEqualTo(5);
  }

  /// At most 4 WebSockets and 100 other sockets of one address: the rest is closed at once.
  @Test
  void silentSocketsAreBounded() {
    List<RawSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      sockets.add(open());
    }
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> sockets.stream().filter(this::isCut).count() == 47);
    assertThat(server.server().openSockets()).isEqualTo(104);
    fromElsewhere().upgraded("elsewhere", server);
  }

  private boolean isCut(RawSocket socket) {
    return socket.hasEnded();
  }

  private RawSocket fromElsewhere() {
    return closedInTheEnd(RawSocket.openFrom(server, OTHER_ADDRESS));
  }

  /// Takes all places that are free: 3 at the bystander's address, 2 elsewhere.
  private List<RawSocket> fill() {
    List<RawSocket> in = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      in.add(webSocket("c" + i));
    }
    for (int i = 0; i < 2; i++) {
      RawSocket socket = fromElsewhere();
      in.add(socket.upgraded("e" + i, server));
    }
    server.awaitConnections(6);
    return in;
  }

  private void assertRefused(RawSocket socket) {
    socket.send(RawSocket.handshake("refused", server.port()).getBytes(StandardCharsets.UTF_8));
    assertThat(socket.untilEnd()).startsWith("HTTP/1.1 503 ");
  }

  private void awaitSockets(int count) {
    await().atMost(TestServer.PATIENCE).until(() -> server.server().openSockets() == count);
  }
}
