package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Addresses and header fields are UTF-8 in every notation; anything else is refused and never
/// repaired.
final class EncodingTest {
  private static TestServer server;
  private static Api api;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    api = new Api(server);
  }

  @AfterAll
  static void stop() {
    api.close();
    server.close();
  }

  private static Json newest(String client) {
    return api.get("/api/v1/clients/" + client + "/notifications")
        .ok(200)
        .objects("notifications")
        .getLast();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Compilación",
        "Compilaci%C3%B3n",
        "Compilaci%c3%b3n",
        "%43ompilación",
        "Compilació%6e"
      })
  void everyEncodingOfAnAddressIsDecodedAlike(String title) {
    String answer = post("/api/v1/clients/ana/notifications?title=" + title, "", "x", UTF_8);
    assertThat(answer).startsWith("HTTP/1.1 201 ");
    assertThat(newest("ana").text("title")).isEqualTo("Compilación");
  }

  /// The first byte of a character percent-encoded, the second one as it is.
  @Test
  void aCharacterMayBePartlyPercentEncoded() {
    String address = "/api/v1/clients/ana/notifications?title=Compilaci%C3\u00b3n";
    assertThat(post(address, "", "x", ISO_8859_1)).startsWith("HTTP/1.1 201 ");
    assertThat(newest("ana").text("title")).isEqualTo("Compilación");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Jos%E9",
        "%F0%9F",
        "%C0%AF",
        "%ED%A0%80",
        "%ED%A0%BD%ED%B8%80",
        "%F4%90%80%80",
        "%FF",
        "%80x",
        "\u00e9",
        "\u00c3",
        "x%C3"
      })
  void anAddressThatIsNotUtf8IsRefused(String text) {
    for (String address :
        List.of(
            "/api/v1/broadcasts?title=" + text,
            "/api/v1/broadcasts?" + text + "=x",
            "/api/v1/rooms/" + text + "/messages?client=ana",
            "/api/v1/clients/" + text + "/notifications",
            "/" + text)) {
      assertThat(post(address, "", "x", ISO_8859_1))
          .startsWith("HTTP/1.1 400 ")
          .contains("\"code\":\"invalid\"", "UTF-8");
    }
    assertThat(newest("ana").text("title")).isEqualTo("Compilación");
  }

  @Test
  void aKeyIsTheSameInAHeaderAndInJson() {
    String first = post("/api/v1/clients/bob/notifications", "Idempotency-Key: é1\r\n", "x", UTF_8);
    assertThat(first).startsWith("HTTP/1.1 201 ");
    String again =
        api.post("/api/v1/clients/bob/notifications", "{\"message\":\"x\",\"id\":\"é1\"}")
            .ok(201)
            .text();
    assertThat(first).endsWith("\r\n\r\n" + again);
    assertThat(api.get("/api/v1/clients/bob/notifications").ok(200).objects("notifications"))
        .hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Idempotency-Key", "Last-Event-ID", "Origin", "Content-Type"})
  void aHeaderFieldThatIsNotUtf8IsRefused(String name) {
    assertThat(post("/api/v1/broadcasts", name + ": \u00e91\r\n", "x", ISO_8859_1))
        .startsWith("HTTP/1.1 400 ")
        .contains(name, "UTF-8");
  }

  private static final Charset UTF_8 = StandardCharsets.UTF_8;
  private static final Charset ISO_8859_1 = StandardCharsets.ISO_8859_1;

  private static String post(String address, String fields, String body, Charset charset) {
    try (RawSocket socket = RawSocket.open(server)) {
      String type = fields.startsWith("Content-Type") ? "" : "Content-Type: text/plain\r\n";
      String request =
          "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %s\r\n"
              .formatted(address, body.length());
      socket.send((request + type + fields + "\r\n" + body).getBytes(charset));
      return socket.untilEnd();
    }
  }
}
