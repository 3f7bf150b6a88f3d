package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/// The plain client, `/static/base.html`: what the page of the example was.
@Tag("system")
final class BasePageTest {
  @RegisterExtension static final Browser browser = Browser.speaking("es");

  @Test
  void chatPersonalNotificationsAndBroadcastsWork() {
    try (TestServer server = TestServer.start()) {
      Tab ana = open(server);
      Tab luis = open(server);
      ana.write("#name", "Ana");
      ana.type("#message", "hola", Keys.ENTER);
      awaitLines(luis, "chat Ana: hola");
      luis.type("#message", "<b>sin nombre</b>");
      luis.click("#send");
      ana.type("#message", "para mí");
      ana.click("#notify-self");
      awaitLines(
          ana,
          "chat Ana: hola",
          "chat Anónimo: <b>sin nombre</b>",
          "notification Notificación: para mí");
      luis.click("#notify-all");
      awaitLines(
          luis,
          "chat Ana: hola",
          "chat Anónimo: <b>sin nombre</b>",
          "notification Notificación: Notificación de broadcast.");
      awaitLines(
          ana,
          "chat Ana: hola",
          "chat Anónimo: <b>sin nombre</b>",
          "notification Notificación: para mí",
          "notification Notificación: Notificación de broadcast.");

      String gone = luis.text("#client-id");
      luis.close();
      eventually(() ->
          assertThat(lines(ana))
              .last()
              .isEqualTo("chat system Sistema: Cliente '%s' se ha desconectado.".formatted(gone)));
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void itExchangesMessagesWithTheMainPage() {
    try (TestServer server = TestServer.start()) {
      Tab plain = open(server);
      PageTab page = PageTab.open(browser, server, "Ana");
      page.say("de la página");
      awaitLines(plain, "chat Ana: de la página");
      plain.type("#message", "de la otra", Keys.ENTER);
      page.awaitSaid("chat Anónimo: de la otra");
    }
  }

  @Test
  void itIsShortAndUsesTheBaseProtocolOnly() throws IOException {
    List<String> source = Files.readAllLines(Path.of("../web/base.html"));
    assertThat(source).hasSizeLessThan(100);
    assertThat(String.join("\n", source))
        .doesNotContain("import ", "src=\"", "hello", "tertulia.1", "v=1", "innerHTML");
  }

  private static Tab open(TestServer server) {
    Tab tab = browser.open(server.http("/static/base.html"));
    eventually(() -> assertThat(tab.text("#state")).isEqualTo("Conectado."));
    return tab;
  }

  private static void awaitLines(Tab tab, String... expected) {
    eventually(() -> assertThat(lines(tab)).containsExactly(expected));
  }

  @SuppressWarnings("unchecked")
  private static List<String> lines(Tab tab) {
    return (List<String>)
        tab.run(
            "return [...document.querySelectorAll('#log p')]"
                + ".map((line) => `${line.className} ${line.textContent}`)");
  }
}
