package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The address of the page as a place, the language that was chosen and its texts, in a real
/// browser.
@Tag("system")
final class RouteTest {
  private static final String FOLLOW =
      """
      const { Route } = await import('/static/js/route.js');
      window.places = [];
      window.route = new Route();
      const note = () => window.places.push(`${route.room} ${route.offset}`);
      route.addEventListener('change', note);
      note();
      return true;
      """;

  @RegisterExtension static final Browser browser = Browser.speaking("es");

  @Test
  void theBackButtonLeadsToTheRoomBefore() {
    try (TestServer server = TestServer.start()) {
      Tab tab = browser.open(server.http("/"));
      tab.run(inAsync(FOLLOW));
      tab.perform("route.go('cocina')");
      awaitPlaces(tab, "lobby null|cocina null");
      tab.perform("route.go('a:b@c+d|e', 42)");
      awaitPlaces(tab, "lobby null|cocina null|a:b@c+d|e 42");
      tab.perform("history.back()");
      awaitPlaces(tab, "lobby null|cocina null|a:b@c+d|e 42|cocina null");
      tab.perform("history.back()");
      awaitPlaces(tab, "lobby null|cocina null|a:b@c+d|e 42|cocina null|lobby null");
    }
  }

  @Test
  void anAddressNamesARoomAndAMessageOrElseIsTheLobby() {
    try (TestServer server = TestServer.start()) {
      Tab tab = browser.open(server.http("/"));
      String places =
          """
          const { placeOf, addressOf } = await import('/static/js/route.js');
          const told = ['', '#/salas/a', '#/salas/a%7Cb/7', '#/salas/a%2Fb', '#/salas/%E0', '#/salas/',
            '#/salas/a/x', '#/salas/<b>', `#/salas/${'a'.repeat(129)}`, addressOf('a|b@c', 0)]
            .map((address) => { const { room, offset } = placeOf(address); return `${room} ${offset}`; });
          return told.join('; ');
          """;
      assertThat(tab.run(inAsync(places)))
          .isEqualTo(
              "lobby null; a null; a|b 7; lobby null; lobby null; lobby null; lobby null;"
                  + " lobby null; lobby null; a|b@c 0");
    }
  }

  @Test
  void aChosenLanguagePrevailsOverTheBrowsers() {
    try (TestServer server = TestServer.start()) {
      Tab tab = browser.open(server.http("/"));
      eventually(() -> assertThat(tab.text("h1")).isEqualTo("Notificaciones en Tiempo Real"));
      tab.run(inAsync("(await import('/static/js/words.js')).saveLanguage('en'); return true;"));
      tab.reload();
      eventually(() -> assertThat(tab.text("h1")).isEqualTo("Real-Time Notifications"));
      tab.run(inAsync("(await import('/static/js/words.js')).saveLanguage(null); return true;"));
      tab.reload();
      eventually(() -> assertThat(tab.text("h1")).isEqualTo("Notificaciones en Tiempo Real"));
    }
  }

  @Test
  void everyTextIsInBothLanguages() {
    try (TestServer server = TestServer.start()) {
      Tab tab = browser.open(server.http("/"));
      String differences =
          """
          const shape = (text) => {
            if (typeof text === 'string') return text.length > 0;
            if (typeof text === 'function') return `of ${text.length}`;
            return Object.entries(text).map(([key, each]) => [key, shape(each)]);
          };
          const differ = [];
          for (const area of ['page', 'talk', 'bell', 'chat', 'docs', 'admin']) {
            const [{ es, en }] = Object.values(await import(`/static/js/words/${area}.js`));
            const [one, other] = [es, en].map((texts) => shape(texts).map((text) => JSON.stringify(text)));
            differ.push(...one.filter((text, i) => text !== other[i]), ...other.slice(one.length));
          }
          return differ;
          """;
      assertThat((List<?>) tab.run(inAsync(differences))).isEmpty();
    }
  }

  private static String inAsync(String body) {
    return "return (async () => {BODY})()".replace("BODY", body);
  }

  private static void awaitPlaces(Tab tab, String places) {
    eventually(() -> assertThat(tab.run("return places.join('|')")).isEqualTo(places));
  }
}
