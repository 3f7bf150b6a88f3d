package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// Who is typing in a room, as the page says it to the others there.
@Tag("system")
final class TypingPageTest {
  @Test
  void whoTypesIsNamedUntilTheMessageComes() {
    try (TestServer server = TestServer.start();
        Browser browser = Browser.speaking("es");
        FullPeer eva = FullPeer.hello(server, "eva", "'rooms':{'lobby':null}")) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      PageTab luis = PageTab.open(browser, server, "Luis");
      luis.tab().type("#message", "ho");
      awaitLine(ana, "Luis está escribiendo…");
      eva.say("'type':'typing','room':'lobby','sender':'Eva'");
      awaitLine(luis, "Eva está escribiendo…");
      luis.tab().type("#message", "la", Keys.ENTER);
      ana.awaitSaid("chat Luis: hola");
      eva.say("'type':'chat','room':'lobby','sender':'Eva','message':'hola'");
      awaitLine(ana, "");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  private static void awaitLine(PageTab page, String text) {
    eventually(() -> assertThat(page.tab().text("typing-line")).isEqualTo(text));
  }
}
