package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// What a person chooses in the settings: who the tabs are, the language, the theme.
@Tag("system")
final class SettingsPageTest {
  private static final String BADGE = "return document.querySelector('#bell').dataset.unread";

  @Test
  void allTabsOfABrowserMayBeOneClient() {
    try (TestServer server = TestServer.start();
        Browser browser = Browser.speaking("es")) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      String ofTheTab = ana.clientId();
      choose(ana, "mode", "browser");
      eventually(() -> assertThat(ana.clientId()).matches("web-[a-z2-9]{8}"));
      ana.awaitPhase("online");
      String shared = ana.clientId();
      assertThat(ana.tab().text("#me .name")).as("the name stays").isEqualTo("Ana");
      PageTab again = PageTab.open(browser, server);
      assertThat(again.clientId()).isEqualTo(shared);
      assertThat(again.tab().text("#me .name")).isEqualTo("Ana");
      assertThat(server.server().registry().clients()).isOne();

      // Both are there, and what one has read the other has.
      again.tab().go(server.http("/#/salas/cocina"));
      ana.say("hola", "#notify-self");
      eventually(() -> assertThat(again.tab().run(BADGE)).isEqualTo("1"));
      ana.tab().click("#bell");
      eventually(() -> assertThat(ana.tab().has("#mark-all-read")).isTrue());
      ana.tab().click("#mark-all-read");
      eventually(() -> assertThat(again.tab().run(BADGE)).isEqualTo("0"));
      again.say("desde la otra");
      again.awaitSaid("chat Ana: desde la otra");
      ana.tab().go(server.http("/#/salas/cocina"));
      ana.awaitSaid("chat Ana: desde la otra");
      assertThat(ana.entries().getLast().own()).as("one person").isTrue();

      again.tab().close();
      choose(ana, "mode", "tab");
      eventually(() -> assertThat(ana.clientId()).isEqualTo(ofTheTab));
      ana.awaitPhase("online");
    }
  }

  @Test
  void theThemeAndTheLanguageAreChosenForTheBrowser() {
    try (TestServer server = TestServer.start();
        Browser browser = Browser.speaking("es")) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      ana.tab().prefer("light");
      String light = ana.tab().style("body", "background-color");
      choose(ana, "theme", "dark");
      eventually(() -> assertThat(ana.tab().style("body", "background-color")).isNotEqualTo(light));
      String dark = ana.tab().style("body", "background-color");
      assertThat(ana.tab().has("#settings[open]")).as("it can go on").isTrue();
      ana.tab().type("#name", Keys.ENTER);

      ana.tab().reload();
      ana.awaitPhase("online");
      assertThat(ana.tab().style("body", "background-color")).isEqualTo(dark);
      choose(ana, "language", "en");
      eventually(() -> assertThat(ana.tab().text("h1")).isEqualTo("Real-Time Notifications"));
      ana.awaitPhase("online");
      eventually(() -> assertThat(ana.tab().text("#rooms-heading")).isEqualTo("Rooms"));

      choose(ana, "theme", "");
      eventually(() -> assertThat(ana.tab().style("body", "background-color")).isEqualTo(light));
      choose(ana, "language", "");
      eventually(() -> assertThat(ana.tab().text("#rooms-heading")).isEqualTo("Salas"));
    }
  }

  @Test
  void theSettingsAreUsedWithTheKeyboardAlone() {
    try (TestServer server = TestServer.start();
        Browser browser = Browser.speaking("es")) {
      PageTab ana = PageTab.open(browser, server);
      ana.tab().perform("document.querySelector('#me').focus()");
      ana.tab().press(Keys.ENTER);
      eventually(() -> assertThat(ana.tab().has("#settings[open] #name:focus")).isTrue());
      ana.tab().press("Ana", Keys.ESCAPE);
      eventually(() -> assertThat(ana.tab().has("#settings[open]")).isFalse());
      eventually(() -> assertThat(ana.tab().text("#me .name")).isEqualTo("Ana"));
      assertThat(ana.tab().run("return document.activeElement.id"))
          .as("the focus goes back")
          .isEqualTo("me");
    }
  }

  private static void choose(PageTab page, String setting, String value) {
    page.tab()
        .perform(
            "document.querySelector('#settings').open || document.querySelector('#me').click()");
    eventually(() -> assertThat(page.tab().has("#settings[open]")).isTrue());
    page.tab().click("#settings input[name=%s][value='%s']".formatted(setting, value));
  }
}
