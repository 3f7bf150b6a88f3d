package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// The page with a server that wants tokens.
@Tag("system")
final class TokenPageTest {
  @Test
  void aTokenIsAskedForAndLetsItsClientIn() {
    try (Browser browser = Browser.speaking("es");
        TestServer server =
            TestServer.start(TestTokens.settings(Map.of(Setting.AUTH_CLOCK_SKEW, "0ms")))) {
      PageTab page = new PageTab(browser.open(server.http("/")));
      page.awaitPhase("stopped");
      eventually(() -> assertThat(page.tab().has("#token-form")).isTrue());

      String token = TestTokens.of("ana", Instant.now().plusSeconds(3_600), ",'name':'Ana López'");
      page.tab().type("#token", token, Keys.ENTER);
      page.awaitPhase("online");
      page.say("hola");
      page.awaitSaid("chat Ana López: hola");
      assertThat(server.server().registry().clients()).isEqualTo(1);

      // One that ends is asked for again.
      page.tab().perform("document.querySelector('#me').click()");
      eventually(() -> assertThat(page.tab().has("#settings[open]")).isTrue());
      page.tab().click("#forget-token");
      page.awaitPhase("stopped");
      eventually(() -> assertThat(page.tab().has("#token-form")).isTrue());
      String brief = TestTokens.of("ana", Instant.now().plusSeconds(4));
      page.tab().type("#token", brief, Keys.ENTER);
      page.awaitPhase("online");
      page.awaitPhase("stopped");
      eventually(() -> assertThat(page.tab().has("#token-form")).isTrue());
    }
  }
}
