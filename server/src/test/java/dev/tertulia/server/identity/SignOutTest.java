package dev.tertulia.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.token.DefaultOAuth2TokenCallback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is left of a session when the person signs out: nothing, not even for somebody who has
/// copied its cookie.
final class SignOutTest {
  private static final String ISSUER = "people";

  private final MockOAuth2Server provider = new MockOAuth2Server();
  private final HttpClient browser = HttpClient.newHttpClient();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    provider.start();
    int port = TestServer.freePort();
    server =
        TestServer.start(
            Map.of(
                Setting.PORT,
                Integer.toString(port),
                Setting.AUTH_MODE,
                "token",
                Setting.AUTH_OIDC_ISSUER,
                provider.issuerUrl(ISSUER).toString(),
                Setting.AUTH_OIDC_CLIENT_ID,
                "tertulia",
                Setting.PUBLIC_URL,
                "http://127.0.0.1:" + port));
  }

  @AfterEach
  void stop() {
    server.close();
    browser.close();
    provider.shutdown();
  }

  /// Signs in.
  ///
  /// @return the cookie of the session
  private String signIn(String who) throws IOException, InterruptedException {
    provider.enqueueCallback(
        new DefaultOAuth2TokenCallback(ISSUER, who, "JWT", List.of("tertulia"), Map.of(), 60));
    HttpResponse<String> begun = get(server.http("/sign-in"), "");
    HttpResponse<String> allowed = get(URI.create(header(begun, "Location")), "");
    HttpResponse<String> done =
        get(URI.create(header(allowed, "Location")), cookie(header(begun, "Set-Cookie")));
    assertThat(done.statusCode()).as(done.body()).isEqualTo(303);
    return cookie(header(done, "Set-Cookie"));
  }

  private HttpResponse<String> get(URI url, String cookie)
      throws IOException, InterruptedException {
    return browser.send(
        HttpRequest.newBuilder(url).header("Cookie", cookie).build(), BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElseThrow();
  }

  private static String cookie(String setCookie) {
    return setCookie.substring(0, setCookie.indexOf(';'));
  }

  /// @param origin that of the page; empty for none
  private HttpResponse<String> signOut(String cookie, String origin)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.http("/sign-in/end"))
            .header("Cookie", cookie)
            .POST(HttpRequest.BodyPublishers.noBody());
    if (!origin.isEmpty()) {
      request.header("Origin", origin);
    }
    return browser.send(request.build(), BodyHandlers.ofString());
  }

  private String origin() {
    return "http://127.0.0.1:" + server.port();
  }

  private RawSocket connect(String cookie) {
    RawSocket socket = RawSocket.open(server);
    socket.send(
        RawSocket.handshake(
                "x", server.port(), "Cookie: %s\r\nOrigin: %s\r\n".formatted(cookie, origin()))
            .replace("/ws/x", "/ws?v=1"));
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    socket.sendText("{\"type\":\"hello\"}");
    return socket;
  }

  private int status(String cookie) throws IOException, InterruptedException {
    return get(server.http("/api/v1/rooms/lobby/messages"), cookie).statusCode();
  }

  @Test
  void aCopiedCookieIsWorthNothingAfterwardsAndWhatItOpenedIsClosed() throws Exception {
    String session = signIn("maria");
    String phone = signIn("maria");
    try (RawSocket here = connect(session);
        RawSocket onPhone = connect(phone)) {
      assertThat(here.read(1).text()).contains("\"welcome\"", "\"maria\"");
      assertThat(onPhone.read(1).text()).contains("\"welcome\"");
      assertThat(status(session)).isEqualTo(200);

      HttpResponse<String> ended = signOut(session, origin());
      assertThat(ended.statusCode()).isEqualTo(204);
      assertThat(header(ended, "Set-Cookie")).contains("Max-Age=0");

      RawSocket.Frame end = here.read(8);
      assertThat(end.closeCode()).isEqualTo(4500);
      assertThat(status(session)).isEqualTo(401);
      try (RawSocket copied = connect(session)) {
        assertThat(copied.read(8).closeCode()).isEqualTo(4500);
      }
      assertThat(status(phone)).as("the session on another device").isEqualTo(200);
      onPhone.sendText("{\"type\":\"ping\",\"ref\":1}");
      assertThat(onPhone.read(1).text()).contains("\"ok\"");
    }
    server = server.restarted();
    assertThat(status(session)).as("after a restart").isEqualTo(401);
    assertThat(status(phone)).isEqualTo(200);
    assertThat(server.server().revocations().all())
        .singleElement()
        .satisfies(rule -> assertThat(rule.expiry()).as("it is forgotten then").isNotNull());
  }

  /// No page of another site signs anybody out, and nobody is signed out without a session.
  @Test
  void onlyWhoHasTheSessionEndsIt() throws Exception {
    String session = signIn("maria");
    assertThat(signOut(session, "https://evil.example.org").statusCode()).isEqualTo(403);
    assertThat(signOut(session, "").statusCode()).isEqualTo(204);
    assertThat(status(session)).isEqualTo(200);
    assertThat(signOut("tertulia_session=x.y.z", origin()).statusCode()).isEqualTo(204);
    assertThat(signOut("", origin()).statusCode()).isEqualTo(204);
    assertThat(server.server().revocations().all()).isEmpty();
    assertThat(signOut(session, origin()).statusCode()).isEqualTo(204);
    assertThat(signOut(session, origin()).statusCode()).isEqualTo(204);
    assertThat(server.server().revocations().all()).hasSize(1);
  }
}
