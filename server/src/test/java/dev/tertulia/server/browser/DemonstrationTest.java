package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.browser.PageTab.Entry;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The demonstration that the original example was made for, in three tabs.
@Tag("system")
final class DemonstrationTest {
  @RegisterExtension static final Browser browser = Browser.speaking("es");

  @Test
  void thePageHasTheTextsOfTheExample() {
    try (TestServer server = TestServer.start()) {
      Tab page = PageTab.open(browser, server).tab();
      assertThat(page.text("h1")).isEqualTo("Notificaciones en Tiempo Real");
      assertThat(page.run("return document.title")).isEqualTo("Notificaciones en Tiempo Real");
      assertThat(page.run("return document.querySelector('#message').placeholder"))
          .isEqualTo("Escribe un mensaje...");
      assertThat(page.text("#send")).isEqualTo("Enviar");
      assertThat(page.text("#notify-self"))
          .isEqualTo("Enviar Notificación del Sistema (solo para ti)");
      assertThat(page.text("#notify-all")).isEqualTo("Broadcast Notificación (a todos)");
    }
  }

  @Test
  @Tag("long")
  void everyTabIsASeparateClient() {
    try (TestServer server = TestServer.start()) {
      List<PageTab> tabs = threeTabs(server);
      assertThat(tabs).extracting(PageTab::clientId).doesNotHaveDuplicates().doesNotContain("");
      assertThat(server.server().registry().clients()).isEqualTo(3);
    }
  }

  @Test
  @Tag("long")
  void aChatMessageIsSeenByAll() {
    try (TestServer server = TestServer.start()) {
      List<PageTab> tabs = threeTabs(server);
      tabs.get(0).say("hola a todos");
      tabs.get(1).say("hola, Ana", "#send");
      for (PageTab tab : tabs) {
        tab.awaitSaid("chat Luis: hola, Ana");
        assertThat(tab.said()).containsExactly("chat Ana: hola a todos", "chat Luis: hola, Ana");
      }
      assertThat(tabs.get(0).tab().run("return document.querySelector('#message').value"))
          .as("the field after sending")
          .isEqualTo("");
    }
  }

  @Test
  void ownMessagesLookDifferentAndAllShowSenderAndTime() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      PageTab luis = PageTab.open(browser, server, "Luis");
      ana.say("de Ana");
      luis.awaitSaid("chat Ana: de Ana");
      luis.say("de Luis");
      ana.awaitSaid("chat Luis: de Luis");

      assertThat(ana.entries()).extracting(Entry::own).containsExactly(true, false);
      assertThat(luis.entries()).extracting(Entry::own).containsExactly(false, true);
      assertThat(luis.entries())
          .extracting(Entry::client)
          .containsExactly(ana.clientId(), luis.clientId());
      assertThat(ana.tab().style(".own .bubble", "background-color"))
          .isNotEqualTo(ana.tab().style(".other .bubble", "background-color"));
      assertThat(
              (List<?>)
                  ana.tab()
                      .run(
                          "return [...document.querySelectorAll('time')].map((t) =>"
                              + " t.textContent)"))
          .hasSize(2)
          .allSatisfy(time -> assertThat((String) time).matches("\\d\\d:\\d\\d"));
    }
  }

  @Test
  @Tag("long")
  void aPersonalNotificationIsSeenInItsOwnTabOnly() {
    try (TestServer server = TestServer.start()) {
      List<PageTab> tabs = threeTabs(server);
      tabs.get(0).say("solo para mí", "#notify-self");
      tabs.get(0).awaitSaid("personal solo para mí");
      eventually(() ->
          assertThat(tabs.get(0).tab().text("#toasts .toast.personal .text"))
              .isEqualTo("solo para mí"));
      assertThat(tabs.get(0).tab().text(".entry.personal .title")).isEqualTo("Solo para ti");

      tabs.get(0).say("fin");
      for (PageTab tab : tabs) {
        tab.awaitSaid("chat Ana: fin");
      }
      assertThat(tabs.get(1).said()).containsExactly("chat Ana: fin");
      assertThat(tabs.get(2).said()).containsExactly("chat Ana: fin");
    }
  }

  @Test
  @Tag("long")
  void aBroadcastIsSeenInAllTabs() {
    try (TestServer server = TestServer.start()) {
      List<PageTab> tabs = threeTabs(server);
      tabs.get(2).say("para todos", "#notify-all");
      for (PageTab tab : tabs) {
        tab.awaitSaid("broadcast para todos");
        assertThat(tab.tab().text(".entry.broadcast .title")).isEqualTo("A todos");
      }
    }
  }

  @Test
  void anEmptyFieldSendsTheTextOfTheExample() {
    try (TestServer server = TestServer.start()) {
      PageTab page = PageTab.open(browser, server);
      page.tab().click("#notify-self");
      page.awaitSaid("personal Notificación personal.");
      page.tab().click("#notify-all");
      page.awaitSaid("broadcast Notificación de broadcast.");
      page.tab().click("#send");
      page.say("algo");
      page.awaitSaid("chat Anónimo: algo");
      assertThat(page.entries()).as("an empty chat message is not sent").hasSize(3);
    }
  }

  @Test
  @Tag("long")
  void aDepartureIsShown() {
    try (TestServer server = TestServer.start()) {
      List<PageTab> tabs = threeTabs(server);
      String gone = tabs.get(2).clientId();
      tabs.get(2).tab().close();
      for (PageTab tab : tabs.subList(0, 2)) {
        tab.awaitSaid("system Sistema: Cliente '%s' se ha desconectado.".formatted(gone));
      }
    }
  }

  @Test
  @Tag("long")
  void clientsReconnectAfterARestart(@TempDir Path folder) {
    String data = folder.resolve("data").toString();
    int port;
    List<PageTab> tabs;
    try (TestServer server = TestServer.start(Map.of(Setting.DATA, data))) {
      port = server.port();
      tabs = threeTabs(server);
      tabs.get(0).say("antes");
      tabs.get(1).awaitSaid("chat Ana: antes");
    }
    PageTab ana = tabs.get(0);
    String id = ana.clientId();
    for (PageTab tab : tabs) {
      eventually(() -> assertThat(tab.tab().has("#state:not([data-phase=online])")).isTrue());
    }
    ana.say("dicho sin conexión");
    eventually(() -> assertThat(ana.entries().getLast().state()).isEqualTo("waiting"));
    eventually(() -> assertThat(ana.tab().text("#notice")).contains("1 mensaje pendiente"));

    try (TestServer again =
        TestServer.start(Map.of(Setting.PORT, Integer.toString(port), Setting.DATA, data))) {
      for (PageTab tab : tabs) {
        tab.awaitPhase("online");
      }
      ana.awaitSaid("chat Ana: dicho sin conexión");
      assertThat(ana.clientId()).isEqualTo(id);
      assertThat(ana.said())
          .as("what was there stays, and nothing twice")
          .startsWith("chat Ana: antes")
          .containsOnlyOnce("chat Ana: dicho sin conexión");
      tabs.get(1).say("otra vez juntos");
      for (PageTab tab : tabs) {
        tab.awaitSaid("chat Luis: otra vez juntos");
      }
      assertThat(again.server().registry().clients()).isEqualTo(3);
    }
  }

  private static List<PageTab> threeTabs(TestServer server) {
    return List.of(
        PageTab.open(browser, server, "Ana"),
        PageTab.open(browser, server, "Luis"),
        PageTab.open(browser, server, "Eva"));
  }
}
