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

  @Test
  void thePageWithAShortConversation() throws IOException {
    try (TestServer server = TestServer.start();
        Browser browser = Browser.speaking("es")) {
      PageTab ana = join(browser, server, "Ana Torres", "tab-e4r8gxnc");
      PageTab luis = join(browser, server, "Luis", "tab-8kd3mzqa");
      PageTab eva = join(browser, server, "Eva Romero", "tab-n7c4tyrb");
      PageTab passing = join(browser, server, "Marta", "tab-q2fj9skx");

      luis.say("¿Quién se apunta al café de las cinco?");
      eva.awaitSaid("chat Luis: ¿Quién se apunta al café de las cinco?");
      eva.say("Yo llevo las torrijas.");
      eva.say("Y el libro que prometí, que esta vez no se me olvida.");
      ana.awaitSaid("chat Eva Romero: Y el libro que prometí, que esta vez no se me olvida.");
      ana.say("Contad conmigo. Llego a las cinco y diez, como siempre.");
      passing.awaitSaid("chat Ana Torres: Contad conmigo. Llego a las cinco y diez, como siempre.");
      String gone = passing.clientId();
      passing.tab().close();
      ana.awaitSaid("system Sistema: Cliente '%s' se ha desconectado.".formatted(gone));
      luis.say("La mesa del fondo está reservada: cinco sillas.", "#notify-all");
      ana.awaitSaid("broadcast La mesa del fondo está reservada: cinco sillas.");
      ana.say("Comprar azúcar antes de salir", "#notify-self");
      ana.awaitSaid("personal Comprar azúcar antes de salir");
      luis.say("Hoy toca hablar de poesía. ¿Alguien trae a Machado?");
      ana.awaitSaid("chat Luis: Hoy toca hablar de poesía. ¿Alguien trae a Machado?");
      ana.say("Yo: «Caminante, no hay camino…»");
      ana.awaitSaid("chat Ana Torres: Yo: «Caminante, no hay camino…»");

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

  private static void take(PageTab page, String name) throws IOException {
    eventually(() ->
        assertThat(page.tab().run("return document.getAnimations().length"))
            .as("what still moves")
            .isEqualTo(0L));
    Files.write(DOCS.resolve(name), page.tab().picture());
  }
}
