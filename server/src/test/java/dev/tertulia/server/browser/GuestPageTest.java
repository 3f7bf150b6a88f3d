package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// The page where the server lets people in without a token.
@Tag("system")
final class GuestPageTest {
  private static TestServer server(String anonymous) throws IOException {
    int port = TestServer.freePort();
    return TestServer.start(
        TestTokens.settings(
            Map.of(
                Setting.PORT,
                Integer.toString(port),
                Setting.AUTH_ANONYMOUS,
                anonymous,
                Setting.AUTH_CLOCK_SKEW,
                "0ms")));
  }

  @Test
  void aGuestTalksComesBackAndEntersWithAToken() throws IOException {
    try (Browser browser = Browser.speaking("es")) {
      TestServer server = server("room:lobby:join,room:lobby:send");
      try {
        PageTab page = PageTab.open(browser, server);
        eventually(() -> assertThat(page.clientId()).startsWith("anon:"));
        String first = page.clientId();
        assertThat(page.tab().text("#me .name")).isEqualTo("Invitado");
        assertThat(page.tab().has("#token-form")).isFalse();
        page.say("hola");
        page.awaitSaid("chat %s: hola".formatted(first));

        // Whose connection is lost comes back as another.
        server = server.restarted();
        eventually(() -> assertThat(page.clientId()).startsWith("anon:").isNotEqualTo(first));
        page.awaitPhase("online");
        page.say("otra vez");
        page.awaitSaid("chat %s: otra vez".formatted(page.clientId()));
        page.awaitSaid("chat %s: hola".formatted(first));

        eventually(() -> assertThat(page.tab().text("#notice")).contains("invitado"));
        page.tab().click("#enter");
        eventually(() -> assertThat(page.tab().has("#token:focus")).isTrue());
        String token = TestTokens.of("ana", Instant.now().plusSeconds(3_600), ",'name':'Ana'");
        page.tab().type("#token", token, Keys.ENTER);
        eventually(() -> assertThat(page.clientId()).isEqualTo("ana"));
        page.awaitPhase("online");
        assertThat(page.tab().has("#enter")).isFalse();

        page.tab().perform("document.querySelector('#me').click()");
        eventually(() -> assertThat(page.tab().has("#settings[open]")).isTrue());
        page.tab().click("#forget-token");
        eventually(() -> assertThat(page.clientId()).startsWith("anon:"));
      } finally {
        server.close();
      }
    }
  }

  /// It was let in before, and knows that no longer holds.
  @Test
  void whoIsNoLongerLetInIsAskedForAToken() throws IOException {
    try (Browser browser = Browser.speaking("en")) {
      TestServer first = server("room:lobby:join");
      int port = first.port();
      PageTab page = PageTab.open(browser, first);
      eventually(() -> assertThat(page.tab().text("#me .name")).isEqualTo("Guest"));
      first.close();
      try (TestServer strict =
          TestServer.start(TestTokens.settings(Map.of(Setting.PORT, Integer.toString(port))))) {
        page.awaitPhase("stopped");
        eventually(() -> assertThat(page.tab().has("#token-form:not(.of-guest)")).isTrue());
        page.tab().perform("location.reload()");
        page.awaitPhase("stopped");
        eventually(() -> assertThat(page.tab().text("#me .name")).isNotEqualTo("Guest"));
        assertThat(strict.server().registry().connections()).isZero();
      }
    }
  }
}
