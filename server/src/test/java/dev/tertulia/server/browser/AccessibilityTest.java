package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/// The barriers that axe-core finds in the page: none, in what a person can open, in both themes
/// and at both sizes.
@Tag("system")
final class AccessibilityTest {
  @RegisterExtension static final Browser browser = Browser.speaking("es");

  @Test
  void axeFindsNothingOnAPhone() {
    axeFindsNothing(390, 844);
  }

  @Test
  @Tag("long")
  void axeFindsNothingOnADesktop() {
    axeFindsNothing(1280, 800);
  }

  private static void axeFindsNothing(int width, int height) {
    try (TestServer server = TestServer.start();
        FullPeer luis = FullPeer.hello(server, "luis-42", "'rooms':{'lobby':null}")) {
      PageTab page = PageTab.open(browser, server, "Ana");
      Tab tab = page.tab();
      tab.resize(width, height, 1, width < 600);
      Axe axe = Axe.in(tab);
      List<String> found = new ArrayList<>();
      look(axe, "the empty room", found);

      luis.ask("'type':'chat','room':'lobby','sender':'Luis','message':'*hola* a `todos`'");
      luis.ask("'type':'chat','room':'lobby','message':'> eso\\nhttps://example.org y @Ana'");
      page.say("Hola, Luis");
      page.say("para mí", "#notify-self");
      page.say("para todos", "#notify-all");
      page.awaitSaid("chat Ana: Hola, Luis");
      page.awaitSaid("broadcast para todos");
      eventually(() -> assertThat(tab.has(".toast")).as("what goes by itself").isFalse());
      look(axe, "a conversation", found);

      tab.click(".entry.chat.own .bubble");
      tab.click(".entry.chat.own .tool.react");
      eventually(() -> assertThat(tab.has(".tool.quick")).isTrue());
      look(axe, "the reactions at hand", found);
      tab.press(Keys.ESCAPE);
      tab.click(".entry.chat.own .tool.remove");
      eventually(() -> assertThat(tab.has("#question[open]")).isTrue());
      look(axe, "the question before a message is deleted", found);
      tab.press(Keys.ESCAPE);

      tab.perform(
          """
          const composer = document.querySelector('message-composer');
          composer.replyTo = composer.conversation.entries.find(({ own }) => !own);
          """);
      tab.type("#message", "hola @");
      eventually(() -> assertThat(tab.has("#completions")).isTrue());
      look(axe, "a reply with suggestions", found);
      tab.type("#message", Keys.BACK_SPACE);

      tab.click("#emoji");
      eventually(() -> assertThat(tab.has("emoji-picker input:focus")).isTrue());
      look(axe, "the picker of emoji", found);
      tab.press(Keys.ESCAPE);

      tab.click("#who-is-here");
      eventually(() -> assertThat(tab.has("#here:popover-open")).isTrue());
      look(axe, "who is here", found);
      tab.press(Keys.ESCAPE);

      tab.click("#bell");
      eventually(() -> assertThat(tab.has("notification-panel .notice")).isTrue());
      look(axe, "the notifications", found);
      tab.press(Keys.ESCAPE);

      if (width < 600) {
        tab.click("#menu");
        eventually(() -> assertThat(tab.has("#menu[aria-expanded=true]")).isTrue());
        // The rest of the page can neither be seen nor reached then.
        look(axe, "the drawer", "header", found);
        tab.press(Keys.ESCAPE);
      }
      tab.perform("document.querySelector('#me').click()");
      eventually(() -> assertThat(tab.has("#settings[open]")).isTrue());
      look(axe, "the settings", found);
      tab.press(Keys.ESCAPE);

      tab.press(Keys.chord(Keys.CONTROL, "k"));
      eventually(() -> assertThat(tab.has("#jump-name:focus")).isTrue());
      look(axe, "the jump to a room", found);
      assertThat(found).isEmpty();
    }
  }

  private static void look(Axe axe, String what, List<String> found) {
    look(axe, what, "html", found);
  }

  private static void look(Axe axe, String what, String part, List<String> found) {
    axe.findings(part).forEach(finding -> found.add(what + ": " + finding));
  }
}
