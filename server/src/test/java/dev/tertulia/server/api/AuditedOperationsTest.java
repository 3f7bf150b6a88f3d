package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.audit.Recorded;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.OperatorApi;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is recorded of what operators do, in the log of a real server.
final class AuditedOperationsTest {
  private static final String SECRET = "the-secret-of-a-program-of-the-operator";

  private static TestServer server() {
    return TestServer.start(
        TestTokens.settings(
            Map.of(
                Setting.AUTH_KEYS,
                "[{name: ci, secret: '" + SECRET + "', scopes: [admin]}]",
                Setting.ROOMS,
                "[{name: team.*, access: members}]")));
  }

  private static Json send(
      TestServer server, @Nullable String bearer, String method, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.http(path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (bearer != null) {
      request.header("Authorization", "Bearer " + bearer);
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      String answer = http.send(request.build(), BodyHandlers.ofString()).body();
      return Json.parse(answer.isEmpty() ? "{}" : answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatAProgramWithAKeyChangesIsRecordedWithItsNameAndItsTarget() {
    try (Recorded recorded = new Recorded();
        TestServer server = server()) {
      String key = "{\"name\":\"made-1\",\"scopes\":[\"read\"]}";
      String secret = send(server, SECRET, "POST", "/api/v1/admin/keys", key).text("key");
      send(server, SECRET, "DELETE", "/api/v1/admin/keys/made-1", "");
      String ana = "{\"client\":\"ana-1\"}";
      String id = send(server, SECRET, "POST", "/api/v1/admin/revocations", ana).text("id");
      send(server, SECRET, "DELETE", "/api/v1/admin/revocations/" + id, "");
      send(server, SECRET, "PUT", "/api/v1/rooms/team.x/members/ben-1", "");
      send(server, SECRET, "DELETE", "/api/v1/rooms/team.x/members/ben-1", "");
      send(server, SECRET, "DELETE", "/api/v1/clients/eva-1/connections", "");

      assertThat(recorded.lines("audit=operation"))
          .allMatch(
              line -> line.startsWith("audit=operation address=127.0.0.1 by=key key=ci key_id="))
          .extracting(line -> line.substring(line.indexOf("request=")))
          .containsExactly(
              "request=\"POST /api/v1/admin/keys\" status=201 name=made-1",
              "request=\"DELETE /api/v1/admin/keys/{name}\" status=200 name=made-1",
              "request=\"POST /api/v1/admin/revocations\" status=201 client=ana-1",
              "request=\"DELETE /api/v1/admin/revocations/{id}\" status=204 id=" + id,
              "request=\"PUT /api/v1/rooms/{room}/members/{client}\" status=204 client=ben-1"
                  + " room=team.x",
              "request=\"DELETE /api/v1/rooms/{room}/members/{client}\" status=204 client=ben-1"
                  + " room=team.x",
              "request=\"DELETE /api/v1/clients/{client}/connections\" status=200 client=eva-1");
      assertThat(recorded.lines(secret)).isEmpty();
      assertThat(recorded.lines(SECRET)).isEmpty();
    }
  }

  @Test
  void whatTheOperatorOnTheMachineDoesIsRecorded() {
    try (Recorded recorded = new Recorded();
        TestServer server = server();
        OperatorApi.Lines erasure =
            OperatorApi.post(server.data(), "/api/v1/admin/erasures", "{\"client\":\"fay-1\"}");
        OperatorApi.Lines importing =
            OperatorApi.post(
                server.data(), "/api/v1/admin/imports", "{\"file\":\"/nowhere/fay-1\"}")) {
      assertThat(erasure.status()).isEqualTo(200);
      assertThat(recorded.awaitLine("erasures", "fay-1"))
          .isEqualTo(
              "audit=operation address=127.0.0.1 by=operator"
                  + " request=\"POST /api/v1/admin/erasures\" status=200 client=fay-1");
      assertThat(importing.status() < 400)
          .isEqualTo(!recorded.lines("imports", "file=/nowhere/fay-1").isEmpty());
    }
  }

  @Test
  void whatIsReadOrRefusedIsNotAnOperation() {
    String path = "/api/v1/admin/revocations";
    try (Recorded recorded = new Recorded();
        TestServer server = server()) {
      send(server, SECRET, "GET", path, "");
      send(server, SECRET, "POST", path, "{}");
      send(server, null, "POST", path, "{\"client\":\"ana-2\"}");
      send(server, TestTokens.of("ana-2"), "POST", path, "{\"client\":\"ana-2\"}");

      send(server, SECRET, "POST", path, "{\"client\":\"ana-3\"}");
      assertThat(recorded.lines("audit=operation")).hasSize(1).first().asString().contains("ana-3");
    }
  }

  @ParameterizedTest
  @CsvSource({"off, 0, 0", "on, 1, 0", "all, 1, 2"})
  void theSettingSaysWhatIsRecorded(String audit, int operations, int visits) {
    try (Recorded recorded = new Recorded();
        TestServer server = TestServer.start(Map.of(Setting.AUDIT, audit));
        Api api = new Api(server)) {
      TestClient.connect(server, "gil-audit").close();
      server.awaitConnections(0);
      api.post("/api/v1/admin/revocations", "{\"client\":\"gil-audit\"}").ok(201);

      assertThat(recorded.lines("audit=operation", "gil-audit")).hasSize(operations);
      assertThat(recorded.lines("connected", "gil-audit", "by=open")).hasSize(visits);
    }
  }
}
