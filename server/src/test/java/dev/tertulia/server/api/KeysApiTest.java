package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// API keys are made, listed and revoked over HTTP.
@Tag(ServerStore.PROTOCOL)
final class KeysApiTest {
  private static final String KEYS = "/api/v1/admin/keys";

  private static TestServer server;
  private static Api api;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of(Setting.LANGUAGE, "en"));
    api = new Api(server);
  }

  @AfterAll
  static void stop() {
    api.close();
    server.close();
  }

  private static Authentication check(String key) {
    return server
        .server()
        .apiKeys()
        .check(new Credentials.Key(key), Peer.at(InetAddress.getLoopbackAddress()));
  }

  private static Json listed(String name) {
    return api.get(KEYS).ok(200).objects("keys").stream()
        .filter(key -> key.text("name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aKeyIsShownOnceAndListedWithoutItsSecret() {
    Json made =
        api.post(
                KEYS,
                "{\"name\":\"ci\",\"scopes\":[\"notify\",\"send\",\"send\"],"
                    + "\"rooms\":[\"team.*\",\"a_b\"],\"expires\":4000000000000}")
            .ok(201);
    String key = made.text("key");
    assertThat(key).matches("tk_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}");
    assertThat(made.text("id")).isEqualTo(key.substring(3, 13));
    assertThat(check(key)).isInstanceOf(Authentication.Accepted.class);

    String all = api.get(KEYS).body();
    assertThat(all).contains("\"ci\"").doesNotContain(key).doesNotContain(key.substring(14));
    Json one = listed("ci");
    assertThat(one.texts("scopes")).containsExactly("send", "notify");
    assertThat(one.texts("rooms")).containsExactly("team.*", "a_b");
    assertThat(one.number("expires")).isEqualTo(4_000_000_000_000L);
    assertThat(one.number("used")).isPositive();
    assertThat(one.truth("configured")).isFalse();
  }

  @Test
  void aKeyForAllRoomsAndForEverNeedsANameAndAScope() {
    Json made = api.post(KEYS, "{\"name\":\"all\",\"scopes\":[\"read\"]}").ok(201);
    assertThat(made.texts("rooms")).containsExactly("*");
    assertThat(made.has("expires")).isFalse();
  }

  @Test
  void aRevokedKeyIsRefusedAndItsNameIsFree() {
    String request = "{\"name\":\"gone\",\"scopes\":[\"admin\"]}";
    String key = api.post(KEYS, request).ok(201).text("key");
    assertThat(api.post(KEYS, request).problem(409, "conflict").text("detail"))
        .isEqualTo("There is a key with the name 'gone': revoke it, or choose another name.");
    Json revoked = api.send("DELETE", KEYS + "/gone", null).ok(200);
    assertThat(revoked.text("id")).isEqualTo(key.substring(3, 13));
    assertThat(check(key)).isInstanceOf(Authentication.Refused.class);
    api.send("DELETE", KEYS + "/gone", null).problem(404, "not_found");
    assertThat(api.post(KEYS, request).ok(201).text("key")).isNotEqualTo(key);
  }

  @Test
  void aKeyOfTheConfigurationIsListedAndRevokedThere() {
    ApiKey backend =
        ApiKey.configured(
            "backend", "a-secret-of-a-backend-that-is-long-enough", KeyScopes.ALL, Instant.EPOCH);
    server.server().apiKeys().configure(List.of(backend));
    assertThat(listed("backend").truth("configured")).isTrue();
    assertThat(api.send("DELETE", KEYS + "/backend", null).problem(409, "conflict").text("detail"))
        .isEqualTo("The key 'backend' is in the configuration of the server: remove it there.");
    api.post(KEYS, "{\"name\":\"backend\",\"scopes\":[\"send\"]}").problem(409, "conflict");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"scopes\":[\"send\"]}",
        "{\"name\":\"\",\"scopes\":[\"send\"]}",
        "{\"name\":\"~x\",\"scopes\":[\"send\"]}",
        "{\"name\":\"a b\",\"scopes\":[\"send\"]}",
        "{\"name\":7,\"scopes\":[\"send\"]}",
        "{\"name\":\"bad\"}",
        "{\"name\":\"bad\",\"scopes\":[]}",
        "{\"name\":\"bad\",\"scopes\":\"send\"}",
        "{\"name\":\"bad\",\"scopes\":[\"send\",\"all\"]}",
        "{\"name\":\"bad\",\"scopes\":[\"send\",null]}",
        "{\"name\":\"bad\",\"scopes\":[\"send\"],\"rooms\":[]}",
        "{\"name\":\"bad\",\"scopes\":[\"send\"],\"rooms\":\"*\"}",
        "{\"name\":\"bad\",\"scopes\":[\"send\"],\"rooms\":{\"*\":1}}",
        "{\"name\":\"bad\",\"scopes\":[\"send\"],\"rooms\":[\"a b\"]}",
        "{\"name\":\"bad\",\"scopes\":[\"send\"],\"rooms\":[\"a\",7]}",
        "{\"name\":\"bad\",\"scopes\":[\"send\"],\"expires\":1}",
        "{\"name\":\"bad\",\"scopes\":[\"send\"],\"expires\":\"90d\"}",
        "{\"name\":\"bad\",\"scopes\":[\"send\"],\"key\":\"mine\"}",
      })
  void aRequestThatIsNotValidMakesNoKey(String request) {
    api.post(KEYS, request).problem(400, "invalid");
    assertThat(api.get(KEYS).body()).doesNotContain("\"bad\"");
  }
}
