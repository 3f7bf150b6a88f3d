package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.util.Map;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// A person signs in on the page, with a provider that has a page of its own.
@Tag("system")
final class SignInPageTest {
  private static Browser browser;
  private static MockOAuth2Server provider;

  @BeforeAll
  static void start() {
    browser = Browser.withServiceWorkers("es");
    provider = new MockOAuth2Server(OAuth2Config.Companion.fromJson("{\"interactiveLogin\":true}"));
    provider.start();
  }

  @AfterEach
  void closeTabs() {
    browser.closeTabs();
  }

  @AfterAll
  static void stop() {
    browser.close();
    provider.shutdown();
  }

  private static TestServer server() throws IOException {
    int port = TestServer.freePort();
    return TestServer.start(
        Map.of(
            Setting.PORT,
            Integer.toString(port),
            Setting.AUTH_MODE,
            "token",
            Setting.AUTH_OIDC_ISSUER,
            provider.issuerUrl("people").toString(),
            Setting.AUTH_OIDC_CLIENT_ID,
            "tertulia",
            Setting.AUTH_OIDC_LABEL,
            "Casa",
            Setting.PUBLIC_URL,
            "http://127.0.0.1:" + port));
  }

  private static PageTab signIn(TestServer server, String who) {
    PageTab page = new PageTab(browser.open(server.http("/#agora")));
    page.awaitPhase("stopped");
    eventually(() -> assertThat(page.tab().text("#sign-in")).isEqualTo("Entrar con Casa"));
    page.tab().click("#sign-in");
    eventually(() -> assertThat(page.tab().has("[name=username]")).isTrue());
    page.tab().write("[name=username]", who);
    page.tab().type("[name=username]", Keys.ENTER);
    page.awaitPhase("online");
    return page;
  }

  @Test
  void aPersonSignsInTalksStaysSignedInAndSignsOut() throws Exception {
    try (TestServer server = server()) {
      PageTab page = signIn(server, "maria");
      assertThat(page.clientId()).isEqualTo("maria");
      assertThat(page.tab().run("return location.hash")).isEqualTo("#agora");
      page.say("hola");
      page.awaitSaid("chat maria: hola");

      PageTab other = PageTab.open(browser, server);
      assertThat(other.clientId()).as("all tabs are hers").isEqualTo("maria");
      assertThat(other.tab().run("return document.cookie + JSON.stringify(localStorage)"))
          .asString()
          .as("no script can read the session")
          .doesNotContain("eyJ");

      page.tab().perform("document.querySelector('#me').click()");
      eventually(() -> assertThat(page.tab().has("#settings[open] #sign-out")).isTrue());
      assertThat(page.tab().has("#settings [name=mode]")).isFalse();
      page.tab().click("#sign-out");
      page.awaitPhase("stopped");
      eventually(() -> assertThat(page.tab().has("#sign-in")).isTrue());
    }
  }

  @Test
  void aPersonWhoIsNotSignedInSeesNothing() throws Exception {
    try (TestServer server = server()) {
      PageTab page = new PageTab(browser.open(server.http("/")));
      page.awaitPhase("stopped");
      assertThat(page.tab().has("#log .entry")).isFalse();
      assertThat(server.server().registry().connections()).isZero();
    }
  }
}
