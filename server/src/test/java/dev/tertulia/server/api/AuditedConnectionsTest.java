package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import dev.tertulia.server.audit.Recorded;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What is recorded of connections, over real sockets.
final class AuditedConnectionsTest {
  @Test
  void thoseThatAreClosedByTheServerAreRecordedWithTheReason() {
    try (Recorded recorded = new Recorded();
        TestServer server = TestServer.start();
        Api api = new Api(server);
        TestClient ana = TestClient.connect(server, "ana-audit")) {
      api.send("DELETE", "/api/v1/clients/ana-audit/connections", null).ok(200);
      ana.awaitClose();

      assertThat(recorded.awaitLine("audit=closed", "ana-audit"))
          .isEqualTo(
              "audit=closed address=127.0.0.1 client=ana-audit by=open protocol=base"
                  + " reason=\"4501 disconnected\"");
    }
  }

  @Test
  void oneBeyondTheLimitOfItsClientIsRecorded() {
    try (Recorded recorded = new Recorded();
        TestServer server = TestServer.start(Map.of(Setting.LIMITS_CONNECTIONS_PER_CLIENT, "1"));
        TestClient first = TestClient.connect(server, "bea-audit");
        TestClient second = TestClient.connect(server, "bea-audit")) {
      assertThat(second.awaitClose()).contains("4502");

      assertThat(recorded.awaitLine("audit=refused", "bea-audit"))
          .contains("reason=\"4502 too_many_connections\"");
      assertThat(first.id()).isEqualTo("bea-audit");
    }
  }

  /// Those that come and go by themselves are not, unless that is asked for.
  @Test
  void clientsThatComeAndGoLeaveNoLine() {
    try (Recorded recorded = new Recorded();
        TestServer server = TestServer.start()) {
      TestClient.connect(server, "eva-audit").close();
      server.awaitConnections(0);

      assertThat(recorded.lines("eva-audit")).isEmpty();
    }
  }

  /// Who refuses to log less than warnings still wants to know this.
  @Test
  void theLevelOfTheLogDoesNotMatter() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    var before = root.getLevel();
    root.setLevel(ch.qos.logback.classic.Level.ERROR);
    try {
      assertThat(LoggerFactory.getLogger("audit").isInfoEnabled()).isTrue();
    } finally {
      root.setLevel(before);
    }
  }

  @Test
  void aRefusedTokenIsRecordedWithoutIt() {
    String token = TestTokens.of("ana", Instant.ofEpochSecond(1));
    try (Recorded recorded = new Recorded();
        TestServer server = TestServer.start(TestTokens.settings(Map.of(Setting.LANGUAGE, "en")));
        Api api = new Api(server)) {
      api.get("/api/v1/rooms", "Authorization", "Bearer " + token);

      assertThat(recorded.awaitLine("audit=refused", "showed"))
          .isEqualTo(
              "audit=refused address=127.0.0.1 showed=\"a token\""
                  + " reason=\"The token has expired. Get a new one.\"");
      assertThat(recorded.lines(token.substring(30, 50))).isEmpty();
    }
  }
}
