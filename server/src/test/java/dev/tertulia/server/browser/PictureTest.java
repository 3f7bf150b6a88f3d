package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Takes the pictures of the documentation. `docs/make-pictures` runs it.
@Tag("system")
@Tag("picture")
final class PictureTest {
  private static final Path DOCS = Path.of("../docs");

  /// Finds the offset of the message of the lobby whose text is the second argument.
  private static final String FIND =
      """
      const post = (path, body) =>
        fetch('/api/v1/rooms/' + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }).then(({ status }) => status);
      return fetch('/api/v1/rooms/lobby/messages')
        .then((response) => response.json())
        .then(({ messages }) => messages.find(({ message }) => message === arguments[1])?.offset)
      """;

  @Test
  void thePageWithAShortConversation() throws IOException {
    try (TestServer server = TestServer.start();
        Browser browser = Browser.speaking("es")) {
      PageTab ana = join(browser, server, "Ana Torres", "tab-e4r8gxnc");
      PageTab luis = join(browser, server, "Luis", "tab-8kd3mzqa");
      PageTab eva = join(browser, server, "Eva Romero", "tab-n7c4tyrb");
      PageTab passing = join(browser, server, "Marta", "tab-q2fj9skx");

      ana.tab().go(server.http("/#/salas/poesia"));
      eventually(() -> assertThat(ana.tab().text("#room-name")).isEqualTo("poesia"));
      ana.tab().go(server.http("/#/salas/lobby"));
      luis.say("¿Quién se apunta al *café* de las cinco?");
      eva.awaitSaid("chat Luis: ¿Quién se apunta al café de las cinco?");
      eva.say("Yo llevo las torrijas y el libro que prometí.");
      ana.awaitSaid("chat Eva Romero: Yo llevo las torrijas y el libro que prometí.");
      ana.say("Contad conmigo. Llego a las cinco y diez, como siempre.");
      String late = "Contad conmigo. Llego a las cinco y diez, como siempre.";
      passing.awaitSaid("chat Ana Torres: " + late);
      react(luis, late, "👍");
      react(eva, late, "👍");
      react(passing, late, "😂");
      String gone = passing.clientId();
      passing.tab().close();
      ana.awaitSaid("system Sistema: Cliente '%s' se ha desconectado.".formatted(gone));
      luis.say("La mesa del fondo está reservada: cinco sillas.", "#notify-all");
      ana.awaitSaid("broadcast La mesa del fondo está reservada: cinco sillas.");
      ana.say("Comprar azúcar antes de salir", "#notify-self");
      ana.awaitSaid("personal Comprar azúcar antes de salir");
      send(
          eva,
          "lobby",
          "Yo: «Caminante, no hay camino…»",
          "¿Quién se apunta al *café* de las cinco?");
      ana.awaitSaid("chat Eva Romero: Yo: «Caminante, no hay camino…»");
      send(luis, "poesia", "¿Alguien trae a Machado?", "");
      send(eva, "poesia", "Lo tengo yo.", "");
      eventually(() -> assertThat(ana.tab().has(".room[data-unread='2']")).isTrue());

      ana.tab().leaveAlone();
      ana.tab().prefer("light");
      ana.tab().resize(1280, 800, 1, false);
      take(ana, "page.png");
      eventually(() -> assertThat(ana.tab().has(".toast")).isFalse());
      ana.tab().prefer("dark");
      ana.tab().resize(390, 844, 2, true);
      take(ana, "page-phone.png");
    }
  }

  /// Joins with an id that is the same each time, so that the colours are.
  private static PageTab join(Browser browser, TestServer server, String name, String id) {
    PageTab page = new PageTab(browser.open(server.http("/health/live")));
    page.tab().perform("sessionStorage.setItem('tertulia.client', arguments[0])", id);
    page.tab().go(server.http("/"));
    page.awaitPhase("online");
    page.rename(name);
    return page;
  }

  private static void react(PageTab page, String message, String emoji) {
    page.tab()
        .run(
            FIND
                + """
                .then((offset) => post(`lobby/messages/${offset}/reactions`, { client: arguments[0], emoji: arguments[2] }))
                """,
            page.clientId(),
            message,
            emoji);
  }

  /// Sends a message into any room, in reply to that of the lobby whose text is `answered`, if
  /// there is one.
  private static void send(PageTab page, String room, String message, String answered) {
    page.tab()
        .run(
            FIND
                + """
                .then((reply_to) => post(`${arguments[4]}/messages`, { client: arguments[0], sender: arguments[3], message: arguments[2], reply_to }))
                """,
            page.clientId(),
            answered,
            message,
            page.tab().text("#me .name"),
            room);
  }

  private static void take(PageTab page, String name) throws IOException {
    eventually(() ->
        assertThat(page.tab().run("return document.getAnimations().length"))
            .as("what still moves")
            .isEqualTo(0L));
    Files.write(DOCS.resolve(name), page.tab().picture());
  }
}
