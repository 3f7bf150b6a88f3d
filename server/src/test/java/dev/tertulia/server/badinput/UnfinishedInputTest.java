package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.WithBystander;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Messages and requests whose end never comes.
final class UnfinishedInputTest extends WithBystander {
  private static final int TEXT = 0x1;
  private static final int FIN = 0x80;
  private static final int LONGEST = 256 << 10;

  UnfinishedInputTest() {
    super(
        Map.of(
            Setting.LIMITS_INBOUND_BYTES, "2MiB",
            Setting.LIMITS_INBOUND_BYTES_PER_ADDRESS, "1MiB",
            Setting.LIMITS_INBOUND_BYTES_PER_CLIENT, "512KiB",
            Setting.PRESENCE_ANNOUNCE_DEPARTURES_UP_TO, "0"));
  }

  @AfterEach
  void nothingIsCharged() {
    closeAll();
    await().atMost(TestServer.PATIENCE).until(() -> server.server().inboundBytes() == 0);
  }

  /// All but the last byte of the longest message there is.
  private static byte[] unfinished() {
    byte[] frame = RawSocket.frame(FIN | TEXT, blanks(LONGEST));
    return Arrays.copyOf(frame, frame.length - 1);
  }

  private static byte[] blanks(int length) {
    byte[] text = new byte[length];
    Arrays.fill(text, (byte) ' ');
    return text;
  }

  @Test
  void theLargestInputsAreDroppedFirstAndSmallOnesStay() {
    RawSocket modest = webSocket("modest");
    byte[] message = RawSocket.frame(FIN | TEXT, blanks(20_000));
    modest.send(Arrays.copyOf(message, 15_000));
    List<RawSocket> greedy = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      RawSocket socket = webSocket("greedy" + i);
      greedy.add(socket);
      socket.send(unfinished());
    }
    // There is no room for four of one address.
    for (int left = greedy.size(); left > 3; left--) {
      RawSocket next = firstThatHears(greedy);
      assertClosed(next, CloseReason.OVERLOADED);
      greedy.remove(next);
    }
    assertThat(server.server().inboundBytes()).isLessThanOrEqualTo(1 << 20);
    modest.send(Arrays.copyOfRange(message, 15_000, message.length));
    assertThat(modest.read(1).text()).contains("\"code\":\"invalid\"");
  }

  private static RawSocket firstThatHears(List<RawSocket> sockets) {
    return await()
        .atMost(TestServer.PATIENCE)
        .until(
            () -> sockets.stream().filter(RawSocket::hasInput).findAny().orElse(null),
            Objects::nonNull);
  }

  @Test
  void eachAddressHasItsOwnBudget() {
    for (int i = 0; i < 4; i++) {
      closedInTheEnd(RawSocket.openFrom(server, "127.0.0.2"))
          .upgraded("far" + i, server)
          .send(unfinished());
    }
    RawSocket near = webSocket("near");
    byte[] message = unfinished();
    near.send(message);
    await().atMost(TestServer.PATIENCE).until(() -> server.server().inboundBytes() > LONGEST);
    near.send(" ");
    // Its mask is the second of its four bytes, whatever that makes of the blank.
    assertThat(near.read().opcode()).isIn(1, 8);
  }

  @Test
  void theBudgetOfAClientCoversAllItsConnections() {
    List<RawSocket> same = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      RawSocket socket = webSocket("same");
      same.add(socket);
      socket.send(unfinished());
    }
    assertClosed(firstThatHears(same), CloseReason.OVERLOADED);
  }

  @Test
  void endlessBodiesDoNotDisplaceOtherInput() {
    List<RawSocket> greedy = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RawSocket socket = open();
      greedy.add(socket);
      socket.send(head("POST", "/api/v1/broadcasts", 400_000));
      socket.send(blanks(300_000));
    }
    for (RawSocket socket : greedy.subList(0, 10)) {
      assertThat(socket.untilEnd()).startsWith("HTTP/1.1 503 ").contains("Retry-After");
    }
    RawSocket modest = open();
    modest.send(head("POST", "/api/v1/broadcasts", 4));
    modest.send("hola");
    assertThat(modest.head()).startsWith("HTTP/1.1 201 ");
    assertThat(bystander.hears()).contains("hola");
    assertThat(server.server().inboundBytes()).isLessThanOrEqualTo(1 << 20);
  }

  @Test
  void pipelinedRequestsAreAnsweredUpToALimit() {
    RawSocket hasty = open();
    String request = head("GET", "/health/live", 0);
    hasty.send(request.repeat(60_000 / request.length()));
    String answers = hasty.untilEnd();
    assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSizeBetween(100, 104);
    assertThat(answers.toLowerCase(Locale.ROOT)).contains("connection: close");
  }

  private String head(String method, String path, int length) {
    return "%s %s HTTP/1.1\r\nHost: localhost:%s\r\nContent-Type: text/plain\r\nContent-Length: %s\r\n\r\n"
        .formatted(method, path, server.port(), length);
  }
}
