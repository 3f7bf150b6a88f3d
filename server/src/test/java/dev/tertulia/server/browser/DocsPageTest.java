package dev.tertulia.server.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// The page to try the API from, in a real browser.
@Tag("system")
final class DocsPageTest {
  @SuppressWarnings("NullAway.Init") // Set by open(), with which each test begins.
  private Browser browser;

  @AfterEach
  void closeBrowser() {
    browser.closeTabs();
    browser.close();
  }

  private Tab open(TestServer server, String language) {
    browser = Browser.speaking(language);
    Tab tab = browser.open(server.http("/docs"));
    Tab.eventually(() -> assertThat(tab.count("main[aria-busy=false] details")).isPositive());
    return tab;
  }

  @Test
  void everyRouteCanBeTried() {
    try (TestServer server = TestServer.start()) {
      Tab tab = open(server, "es");
      List<?> shown =
          (List<?>)
              tab.run(
                  "return [...document.querySelectorAll('details')].map((d) => d.dataset.route)");
      Set<String> routes =
          server.server().routes().stream()
              .filter(route ->
                  !route.equals("GET /")
                      && !route.contains(" /admin")
                      && !route.equals("GET /service-worker.js")
                      && !route.contains("/static/"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(new TreeSet<>(shown.stream().map(String::valueOf).toList())).isEqualTo(routes);
      assertThat(tab.text("#heading")).isEqualTo("La API HTTP, y cómo probarla");
      assertThat(tab.text("details[data-route='GET /api/v1/stats'] .what"))
          .isEqualTo("Consultar totales y ritmos");
    }
  }

  @Test
  void aRequestIsSentAndItsAnswerShown() {
    try (TestServer server = TestServer.start()) {
      Tab tab = open(server, "en");
      assertThat(tab.text("#heading")).isEqualTo("The HTTP API, and how to try it");
      String post = "details[data-route='POST /api/v1/rooms/{room}/messages']";
      // By the keyboard alone.
      tab.perform("document.querySelector(arguments[0] + ' summary').focus()", post);
      tab.press(Keys.ENTER);
      tab.press(Keys.TAB, "lobby", Keys.TAB, Keys.TAB, Keys.TAB, Keys.ENTER);
      Tab.eventually(
          () -> assertThat(tab.text(post + " .answer")).contains("201", "\"offset\": 1"));
      String get = "details[data-route='GET /api/v1/rooms/{room}/messages']";
      tab.click(get + " summary");
      tab.write(get + " input[name=room]", "lobby");
      tab.write(get + " input[name=limit]", "x");
      tab.click(get + " button");
      Tab.eventually(
          () -> assertThat(tab.text(get + " .answer")).contains("400", "\"invalid\"", "'limit'"));
      String stream = "details[data-route='GET /api/v1/stream']";
      tab.click(stream + " summary");
      tab.write(stream + " input[name=client]", "docs");
      tab.write(stream + " input[name=rooms]", "lobby");
      tab.click(stream + " button");
      Tab.eventually(
          () -> assertThat(tab.text(stream + " .answer")).contains("200", "it is green", "id: "));
      tab.click(stream + " button");
      server.awaitConnections(0);
    }
  }

  /// The name is one that a browser resolves to loopback, but the server does not take for it.
  @Test
  void fromElsewhereThePageAsksForAKeyAndUsesIt() {
    String key = "0123456789abcdef0123456789abcdef";
    try (TestServer server =
        TestServer.start(
            TestTokens.settings(
                Map.of(
                    Setting.LANGUAGE,
                    "en",
                    Setting.AUTH_KEYS,
                    "[{name: docs, secret: %s}]".formatted(key))))) {
      browser = Browser.speaking("en");
      Tab tab = browser.open(URI.create("http://x.localhost:" + server.port() + "/docs"));
      Tab.eventually(
          () -> assertThat(tab.text("form.key [role=alert]")).contains("needs an API key"));
      tab.write("form.key input", "another key, which is unknown");
      tab.click("form.key button");
      Tab.eventually(() -> assertThat(tab.text("form.key [role=alert]")).contains("not know"));
      assertThat(tab.count("details")).isZero();
      tab.perform("document.querySelector('form.key input').value = arguments[0]", key);
      tab.click("form.key button");
      Tab.eventually(() -> assertThat(tab.count("main[aria-busy=false] details")).isPositive());
      assertThat(tab.text("form.key [role=alert]")).isEmpty();
      String get = "details[data-route='GET /api/v1/rooms']";
      tab.click(get + " summary");
      tab.click(get + " button");
      Tab.eventually(() -> assertThat(tab.text(get + " .answer")).contains("200", "\"rooms\""));
      assertThat(tab.run("return Object.values({...localStorage, ...sessionStorage}).join()"))
          .asString()
          .doesNotContain(key);
    }
  }

  @Test
  void itIsReadableInBothThemesAndOnAPhone() {
    try (TestServer server = TestServer.start()) {
      Tab tab = open(server, "es");
      tab.perform("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
      for (String theme : List.of("light", "dark")) {
        tab.prefer(theme);
        assertThat((List<?>) tab.runFile("low-contrast.js")).as(theme).isEmpty();
      }
      tab.resize(360, 640, 1, true);
      assertThat(
              (List<?>)
                  tab.run(
                      """
                      return [...document.querySelectorAll('body, main, main *')]
                        .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5)
                        .map((e) => e.tagName + '.' + e.className)
                      """))
          .isEmpty();
    }
  }
}
