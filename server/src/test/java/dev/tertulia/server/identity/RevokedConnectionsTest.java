package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.token.Revocation.OfAll;
import dev.tertulia.server.auth.token.Revocation.OfClient;
import dev.tertulia.server.auth.token.Revocation.OfToken;
import dev.tertulia.server.auth.token.Revocation.Target;
import dev.tertulia.server.auth.token.Revocations;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A revocation is in force on connections that are open, and on those that follow.
final class RevokedConnectionsTest {
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start(TestTokens.settings(Map.of()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /// A token that was issued some seconds from now.
  private static String token(String client, long seconds, String more) {
    Instant now = Instant.now();
    long issued = now.getEpochSecond() + seconds;
    return TestTokens.of(client, now.plusSeconds(3_600), ",'iat':" + issued + more);
  }

  private Revocations.Result.InForce revoke(Target target) {
    return (Revocations.Result.InForce)
        server.server().revocations().revoke(target, null, null, null);
  }

  private Door enter(String path, String token) {
    Door door = Door.knock(server, path + "?v=1&token=" + token, "");
    door.say("{'type':'hello','ref':1,'rooms':{'general':null}}");
    door.next("joined");
    return door;
  }

  private void assertRefused(String token) {
    try (Door door = Door.knock(server, "/ws?v=1&token=" + token, "")) {
      assertThat(door.end()).isEqualTo("4500 unauthorized");
    }
  }

  @Test
  void theConnectionsOfARevokedClientAreClosedAndNewOnesNeedANewToken() {
    String old = token("ana", -10, "");
    try (Door full = enter("/ws/ana", old);
        Door base = Door.knock(server, "/ws/ana?token=" + old, "");
        Door bea = enter("/ws", token("bea", -10, ""))) {
      server.awaitConnections(3);

      Revocations.Result.InForce done = revoke(new OfClient(new ClientId("ana")));

      assertThat(done.disconnected().value()).isEqualTo(2);
      assertThat(full.endInTheEnd()).isEqualTo("4500 revoked");
      assertThat(base.endInTheEnd()).isEqualTo("4500 revoked");
      assertRefused(old);
      assertRefused(TestTokens.of("ana"));
      bea.say("{'type':'ping','ref':2}");
      assertThat(bea.next("ok").number("ref")).isEqualTo(2);
      // Issued from then on, as the reply says.
      enter("/ws", token("ana", 2, "")).close();
    }
  }

  @Test
  void aStreamEndsWithTheReason() {
    String old = token("ana", -10, "");
    try (RawSocket stream = RawSocket.open(server)) {
      stream.send(
          "GET /api/v1/stream?rooms=general HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nAuthorization: Bearer %s\r\n\r\n"
              .formatted(server.port(), old));
      assertThat(stream.head()).startsWith("HTTP/1.1 200 ");
      server.awaitConnections(1);

      revoke(new OfClient(new ClientId("ana")));

      assertThat(stream.untilEnd())
          .contains("event: close\ndata: {\"code\":4500,\"reason\":\"revoked\"}");
    }
  }

  @Test
  void oneTokenIsRevokedByItsIdAlone() {
    String lost = token("ana", -10, ",'jti':'lost'");
    try (Door phone = enter("/ws", lost);
        Door laptop = enter("/ws", token("ana", -10, ",'jti':'kept'"))) {
      revoke(new OfToken("lost", null));

      assertThat(phone.endInTheEnd()).isEqualTo("4500 revoked");
      assertRefused(lost);
      laptop.say("{'type':'ping','ref':2}");
      assertThat(laptop.next("ok").number("ref")).isEqualTo(2);
    }
  }

  @Test
  void allThatWereIssuedBeforeNowAreClosed() {
    try (Door ana = enter("/ws", token("ana", -10, ""));
        Door bea = enter("/ws", token("bea", -10, ""))) {
      assertThat(revoke(new OfAll()).disconnected().value()).isEqualTo(2);

      assertThat(ana.endInTheEnd()).isEqualTo("4500 revoked");
      assertThat(bea.endInTheEnd()).isEqualTo("4500 revoked");
    }
  }

  /// A revoked token doesn't extend a connection, and a fresh one makes it outlast the revocation
  /// of the old one.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theTokenThatCountsIsTheLatest(boolean fresh) {
    try (Door ana = enter("/ws", token("ana", -10, ",'jti':'first'"))) {
      if (!fresh) {
        revoke(new OfToken("second", null));
      }
      ana.say(
          "{'type':'hello','ref':3,'token':'%s'}".formatted(token("ana", -5, ",'jti':'second'")));
      Json reply = ana.next();
      while (!reply.has("ref")) {
        reply = ana.next();
      }
      assertThat(reply.type()).isEqualTo(fresh ? "welcome" : "error");

      revoke(new OfToken("first", null));
      if (fresh) {
        ana.say("{'type':'ping','ref':4}");
        assertThat(ana.next("ok").number("ref")).isEqualTo(4);
      } else {
        assertThat(ana.endInTheEnd()).isEqualTo("4500 revoked");
      }
    }
  }
}
