package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.proxies.ProxyProcess;
import dev.tertulia.server.proxies.ProxyProcess.Change;
import dev.tertulia.server.testing.TestServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/// The page below a path of a host, behind nginx.
@Tag("system")
final class PrefixedPageTest {
  private static final String FILE = "nginx-path.conf";

  /// Has nginx remove the path from requests.
  private static final Change REMOVING =
      new Change("proxy_pass http://tertulia;", "proxy_pass http://tertulia/;");

  @RegisterExtension static final Browser browser = Browser.withServiceWorkers("es");

  private static TestServer server(Map<Setting, String> more) {
    Map<Setting, String> settings = new HashMap<>(more);
    settings.put(Setting.PATH_PREFIX, "/chat");
    settings.put(Setting.PROXY_TRUSTED, "127.0.0.1");
    return TestServer.start(settings);
  }

  private static ProxyProcess proxy(TestServer server, boolean removes) {
    return removes ? ProxyProcess.start(FILE, server, REMOVING) : ProxyProcess.start(FILE, server);
  }

  private static PageTab open(ProxyProcess proxy, String path) {
    PageTab page = new PageTab(browser.open(proxy.http(path)));
    page.awaitPhase("online");
    return page;
  }

  /// All that the page asked for, as paths.
  private static List<?> asked(Tab tab) {
    return (List<?>)
        tab.run(
            "return performance.getEntriesByType('resource')"
                + ".map(({ name }) => new URL(name)).map(({ pathname }) => pathname)");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void thePageWorksBelowAPath(boolean removes) {
    try (TestServer server = server(Map.of());
        ProxyProcess proxy = proxy(server, removes)) {
      PageTab page = open(proxy, "/chat");
      assertThat(page.tab().run("return location.pathname")).isEqualTo("/chat/");
      page.say("hola *mundo*");
      eventually(() -> assertThat(page.said()).anyMatch(said -> said.contains("hola")));
      page.say("a mí", "#notify-self");
      page.awaitSaid("personal a mí");
      assertThat(asked(page.tab()))
          .hasSizeGreaterThan(50)
          .allSatisfy(path -> assertThat(path).asString().startsWith("/chat/"));
      assertThat(
              page.tab()
                  .run("return getComputedStyle(document.querySelector('#send, .icon')).maskImage"))
          .asString()
          .doesNotContain("/static/css/");
      page.tab().reload();
      page.awaitPhase("online");
      eventually(() -> assertThat(page.said()).anyMatch(said -> said.contains("hola")));
      assertThat(browser.complaints()).isEmpty();

      Tab base = browser.open(proxy.http("/chat/static/base.html"));
      eventually(() -> assertThat(base.text("#state")).isEqualTo("Conectado."));
      assertThat(browser.complaints()).isEmpty();
    }
  }

  /// Nothing that it keeps can be taken for that of the server below another path.
  @Test
  @Tag("long")
  void whatThePageKeepsIsItsOwn() {
    try (TestServer server = server(Map.of());
        ProxyProcess proxy = proxy(server, false)) {
      PageTab page = open(proxy, "/chat/");
      page.rename("Ana");
      page.say("hola");
      page.awaitSaid("chat Ana: hola");
      page.tab().type("#message", "a medias");
      page.tab().reload();
      page.awaitPhase("online");
      eventually(() ->
          assertThat(page.tab().run("return document.querySelector('#message').value"))
              .isEqualTo("a medias"));
      List<?> keys =
          (List<?>)
              page.tab()
                  .run("return [...Object.keys(localStorage), ...Object.keys(sessionStorage)]");
      assertThat(keys)
          .isNotEmpty()
          .allSatisfy(key -> assertThat(key).asString().contains("/chat/"));
      Tab.patiently()
          .until(() ->
              page.tab()
                  .run(
                      "return navigator.serviceWorker.getRegistration()"
                          + ".then((found) => Boolean(found?.active && !found.installing))")
                  .equals(true));
      assertThat(
              page.tab()
                  .run(
                      "return navigator.serviceWorker.getRegistration()"
                          + ".then(({ scope }) => new URL(scope).pathname)"))
          .isEqualTo("/chat/");
      page.tab().reload();
      page.awaitPhase("online");
      assertThat((List<?>) page.tab().run("return caches.keys()"))
          .hasSize(2)
          .allSatisfy(name -> assertThat(name).asString().contains("/chat/"));
      proxy.stop();
      page.tab().reload();
      eventually(() -> assertThat(page.tab().has("#message")).isTrue());
    }
  }

  @Test
  @Tag("long")
  void theApiCanBeTriedBelowAPath() {
    theApiCanBeTriedBelowAPath(true);
  }

  @Test
  @Tag("long")
  void theApiCanBeTriedBelowAPathThatTheProxyLeaves() {
    theApiCanBeTriedBelowAPath(false);
  }

  private void theApiCanBeTriedBelowAPath(boolean removes) {
    try (TestServer server = server(Map.of());
        ProxyProcess proxy = proxy(server, removes)) {
      Tab tab = browser.open(proxy.http("/chat/docs"));
      Tab.eventually(() -> assertThat(tab.count("main[aria-busy=false] details")).isPositive());
      String get = "details[data-route='GET /api/v1/rooms']";
      tab.click(get + " summary");
      tab.click(get + " button");
      Tab.eventually(() -> assertThat(tab.text(get + " .answer")).contains("200", "\"rooms\""));
      assertThat(browser.complaints()).isEmpty();
      tab.click(".wordmark a");
      new PageTab(tab).awaitPhase("online");
    }
  }

  @Test
  void aPersonSignsInBelowAPath() throws Exception {
    aPersonSignsInBelowAPath(true);
  }

  @Test
  @Tag("long")
  void aPersonSignsInBelowAPathThatTheProxyLeaves() throws Exception {
    aPersonSignsInBelowAPath(false);
  }

  private void aPersonSignsInBelowAPath(boolean removes) throws Exception {
    MockOAuth2Server provider =
        new MockOAuth2Server(OAuth2Config.Companion.fromJson("{\"interactiveLogin\":true}"));
    provider.start();
    int port = TestServer.freePort();
    try (TestServer server =
            server(
                Map.of(
                    Setting.AUTH_MODE, "token",
                    Setting.AUTH_OIDC_ISSUER, provider.issuerUrl("people").toString(),
                    Setting.AUTH_OIDC_CLIENT_ID, "tertulia",
                    Setting.AUTH_OIDC_LABEL, "Casa",
                    Setting.PUBLIC_URL, "http://127.0.0.1:" + port + "/chat"));
        ProxyProcess proxy =
            removes
                ? ProxyProcess.startAt(port, FILE, server, REMOVING)
                : ProxyProcess.startAt(port, FILE, server)) {
      PageTab page = new PageTab(browser.open(proxy.http("/chat/#/salas/agora")));
      page.awaitPhase("stopped");
      eventually(() -> assertThat(page.tab().text("#sign-in")).isEqualTo("Entrar con Casa"));
      page.tab().click("#sign-in");
      eventually(() -> assertThat(page.tab().has("[name=username]")).isTrue());
      page.tab().write("[name=username]", "maria");
      page.tab().type("[name=username]", Keys.ENTER);
      page.awaitPhase("online");
      assertThat(page.clientId()).isEqualTo("maria");
      assertThat(page.tab().run("return location.pathname + location.hash"))
          .isEqualTo("/chat/#/salas/agora");
      page.tab().perform("document.querySelector('#me').click()");
      eventually(() -> assertThat(page.tab().has("#settings[open] #sign-out")).isTrue());
      page.tab().click("#sign-out");
      page.awaitPhase("stopped");
    } finally {
      provider.shutdown();
    }
  }
}
