package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.browser.PageTab.Entry;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/// The page in one tab: identity, appearance, and how it handles unusual input.
@Tag("system")
final class PageTest {
  /// In bytes as they travel, compressed.
  private static final long LARGEST_PAGE = 120_000;

  @RegisterExtension static final Browser browser = Browser.speaking("es");

  @Test
  void theWholePageIsSmall() {
    try (TestServer server = TestServer.start()) {
      Tab tab = PageTab.open(browser, server).tab();
      Object sum =
          tab.run(
              """
              return ['navigation', 'resource']
                .flatMap((type) => performance.getEntriesByType(type))
                .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
              """);
      assertThat((Long) sum).isBetween(LARGEST_PAGE / 2, LARGEST_PAGE);
    }
  }

  @Test
  void aReloadKeepsTheIdAndTheName() {
    try (TestServer server = TestServer.start()) {
      PageTab page = PageTab.open(browser, server, "Ana");
      String id = page.clientId();
      page.tab().reload();
      page.awaitPhase("online");
      assertThat(page.clientId()).isEqualTo(id).matches("tab-[a-z2-9]{8}");
      assertThat(page.tab().run("return document.querySelector('#name').value")).isEqualTo("Ana");
      server.awaitConnections(1);
    }
  }

  @Test
  void aDuplicatedTabIsAnotherClient() {
    try (TestServer server = TestServer.start()) {
      PageTab page = PageTab.open(browser, server, "Ana");
      PageTab copy =
          new PageTab(browser.openedBy(() -> page.tab().perform("window.open(location.href)")));
      copy.awaitPhase("online");
      assertThat(copy.tab().run("return sessionStorage.getItem('tertulia.name')"))
          .as("what a copy has of its original")
          .isEqualTo("Ana");
      assertThat(copy.clientId()).isNotEmpty().isNotEqualTo(page.clientId());
      assertThat(server.server().registry().clients()).isEqualTo(2);

      copy.tab().reload();
      copy.awaitPhase("online");
      assertThat(copy.clientId()).isNotEqualTo(page.clientId());
    }
  }

  @Test
  void aNewTabStartsWithTheLastName() {
    try (TestServer server = TestServer.start()) {
      PageTab.open(browser, server, "Ana");
      PageTab other = PageTab.open(browser, server);
      other.say("hola");
      other.awaitSaid("chat Ana: hola");
    }
  }

  @Test
  void textIsNeverMarkup() {
    String markup = "<img src=x onerror=\"document.title='roto'\"><b>hola</b>&amp;";
    try (TestServer server = TestServer.start();
        TestClient other = TestClient.connect(server, "otro")) {
      PageTab page = PageTab.open(browser, server);
      page.rename(markup);
      page.say(markup);
      page.awaitSaid("chat %s: %s".formatted(markup, markup));
      page.say(markup, "#notify-self");
      page.awaitSaid("personal " + markup);
      other.chat("<i>x</i>", "<script>document.title='roto'</script>");
      page.awaitSaid("chat <i>x</i>: <script>document.title='roto'</script>");
      assertThat(page.tab().count("main :is(img, b, i, script):not(.toast > p > b)")).isZero();
      assertThat(page.tab().run("return document.title"))
          .asString()
          .endsWith("Notificaciones en Tiempo Real");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  /// A name is anybody's choice: only what the server says itself looks like it.
  @Test
  void aClientNamedLikeTheSystemIsShownAsAClient() {
    String gone = "Cliente 'ana' se ha desconectado.";
    try (TestServer server = TestServer.start();
        TestClient sly = TestClient.connect(server, "Sistema")) {
      PageTab page = PageTab.open(browser, server);
      try (TestClient other = TestClient.connect(server, "ana")) {
        other.chat("Ana", "hola");
        page.awaitSaid("chat Ana: hola");
      }
      page.awaitSaid("system Sistema: " + gone);
      sly.send(
          "{\"type\":\"chat\",\"sender\":\"Sistema\",\"message\":\"%s\",\"system\":true}"
              .formatted(gone));
      page.awaitSaid("chat Sistema: " + gone);
      sly.chat("System", gone);
      page.awaitSaid("chat System: " + gone);
      assertThat(page.entries())
          .filteredOn(entry -> entry.kind().equals("chat") && !entry.sender().equals("Ana"))
          .hasSize(2)
          .allMatch(entry -> entry.client().equals("Sistema") && !entry.own());
      assertThat(page.tab().count("#log .entry.system")).isOne();
      assertThat(page.tab().count("#log .entry.system :is(.client, .bubble, .avatar)")).isZero();
      assertThat(
              page.tab()
                  .run(
                      "return [...document.querySelectorAll("
                          + "'#log .entry.chat .who:not(.unseen) .client')]"
                          + ".filter((shown) => shown.checkVisibility() && shown.clientWidth > 0)"
                          + ".map((shown) => shown.textContent).join()"))
          .isEqualTo("ana,Sistema,Sistema");
    }
  }

  /// Also a notification says from whom it is, unless that is this tab itself.
  @Test
  void aNotificationShowsItsSender() throws Exception {
    try (TestServer server = TestServer.start();
        HttpClient api = HttpClient.newHttpClient()) {
      PageTab page = PageTab.open(browser, server);
      String inbox = "/api/v1/clients/" + page.clientId() + "/notifications?from=ana";
      HttpRequest request =
          HttpRequest.newBuilder(server.http(inbox))
              .header("Content-Type", "text/plain")
              .POST(BodyPublishers.ofString("ven"))
              .build();
      assertThat(api.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
      page.awaitSaid("personal ven");
      assertThat(page.tab().text("#log .entry.personal .who")).contains("de ana");
      page.say("para mí", "#notify-self");
      page.awaitSaid("personal para mí");
      assertThat(page.tab().text("#log .entry.personal.own .who")).doesNotContain("de ");
    }
  }

  @Test
  void theConsoleStaysEmpty() {
    try (TestServer server = TestServer.start()) {
      PageTab page = PageTab.open(browser, server, "Ana");
      page.say("hola");
      page.say("para mí", "#notify-self");
      page.say("para todos", "#notify-all");
      page.awaitSaid("broadcast para todos");
      page.tab().reload();
      page.awaitPhase("online");
      assertThat(browser.complaints()).as("errors, and what the policy forbade").isEmpty();

      page.tab()
          .perform(
              "const style = document.createElement('style'); style.textContent = 'p {}';"
                  + " document.head.append(style)");
      eventually(() -> assertThat(browser.complaints()).as("a violation is seen").isNotEmpty());
    }
  }

  @Test
  void everyTextHasSufficientContrastInBothThemes() {
    try (TestServer server = TestServer.start();
        TestClient other = TestClient.connect(server, "otro")) {
      PageTab page = PageTab.open(browser, server);
      assertContrast(page.tab(), "the empty room");

      page.rename("Ana");
      page.say("hola");
      page.say("para mí", "#notify-self");
      page.say("para todos", "#notify-all");
      for (int i = 0; i < 8; i++) {
        try (TestClient hue = TestClient.connect(server, "color-" + i)) {
          hue.chat("Persona", "hola " + i);
          page.awaitSaid("chat Persona: hola " + i);
        }
        page.awaitSaid("system Sistema: Cliente 'color-%s' se ha desconectado.".formatted(i));
      }
      other.chat("Luis", "hola");
      page.awaitSaid("chat Luis: hola");
      assertContrast(page.tab(), "a conversation");
    }
  }

  private static void assertContrast(Tab tab, String what) {
    for (String theme : List.of("light", "dark")) {
      tab.prefer(theme);
      assertThat((List<?>) tab.runFile("low-contrast.js")).as("%s, %s", what, theme).isEmpty();
    }
  }

  @Test
  void theThemesDiffer() {
    try (TestServer server = TestServer.start()) {
      Tab page = PageTab.open(browser, server).tab();
      page.prefer("light");
      String light = page.style("body", "background-color");
      page.prefer("dark");
      assertThat(page.style("body", "background-color")).isNotEqualTo(light);
    }
  }

  @Test
  void aPhoneNeedsNoSidewaysScrolling() {
    try (TestServer server = TestServer.start()) {
      PageTab page = PageTab.open(browser, server);
      page.tab().resize(360, 640, 1, true);
      assertThat(tooWide(page)).as("the empty room").isEmpty();
      page.rename("Un nombre de lo más largo que se pueda imaginar aquí");
      page.say("palabra".repeat(60));
      page.say("https://example.org/" + "x".repeat(300), "#notify-all");
      page.say("y".repeat(300), "#notify-self");
      page.awaitSaid("personal " + "y".repeat(300));
      assertThat(tooWide(page)).isEmpty();
      assertThat(
              page.tab()
                  .run(
                      "return document.querySelector('#send')"
                          + ".getBoundingClientRect().bottom <= innerHeight"))
          .isEqualTo(true);
    }
  }

  /// What reaches over the edge of the window, or can be scrolled sideways.
  private static List<?> tooWide(PageTab page) {
    return (List<?>)
        page.tab()
            .run(
                """
                return [...document.querySelectorAll('body, body *')]
                  .filter((e) => e.checkVisibility() && !e.matches('.unseen, .unseen *, .label'))
                  .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5
                    || e.matches('html, body, #log') && e.scrollWidth > e.clientWidth)
                  .map((e) => e.tagName + '.' + e.className)
                """);
  }

  @Test
  void fieldsAndButtonsHaveNamesAndATabOrder() {
    try (TestServer server = TestServer.start()) {
      Tab page = PageTab.open(browser, server).tab();
      assertThat(page.run("return document.querySelector('#log').getAttribute('role')"))
          .isEqualTo("region");
      assertThat(page.run("return document.querySelector('#log').getAttribute('aria-label')"))
          .isEqualTo("Conversación");
      assertThat(page.run("return document.querySelector('#name').labels[0].textContent"))
          .isEqualTo("Tu nombre");
      assertThat(page.run("return document.querySelector('#message').getAttribute('aria-label')"))
          .isEqualTo("Mensaje");
      eventually(() ->
          assertThat(page.run("return document.activeElement.id"))
              .as("where typing begins, without a click")
              .isEqualTo("message"));

      page.perform("document.querySelector('#bell').focus()");
      List<Object> reached = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        page.press(Keys.TAB);
        reached.add(
            page.run(
                "return document.activeElement.id || document.activeElement.closest('li')"
                    + "?.className.trim()"));
      }
      assertThat(reached)
          .as("the column, the head of the room, the conversation, the composer")
          .containsExactly(
              "new-room",
              "room current",
              "me",
              "who-is-here",
              "log",
              "message",
              "send",
              "emoji",
              "notify-self",
              "notify-all");
    }
  }

  @Test
  @Tag("long")
  void aThousandMessagesLeaveABoundedPageThatShowsTheLatest() {
    try (TestServer server = TestServer.start();
        TestClient other = TestClient.connect(server, "otro")) {
      PageTab page = PageTab.open(browser, server);
      for (int i = 1; i <= 1000; i++) {
        other.chat("Luis", "mensaje " + i);
      }
      page.awaitSaid("chat Luis: mensaje 1000");
      assertThat(page.said()).hasSize(200).first().isEqualTo("chat Luis: mensaje 801");
      eventually(() ->
          assertThat(
                  page.tab()
                      .run(
                          """
                          const log = document.querySelector('#log').getBoundingClientRect();
                          const last = document.querySelector('.entry:last-child .text').getBoundingClientRect();
                          return last.top >= log.top && last.bottom <= log.bottom;
                          """))
              .isEqualTo(true));
      assertThat(page.tab().run("return document.querySelector('#jump').hidden")).isEqualTo(true);
    }
  }

  @Test
  void aScrolledReaderStaysInPlaceAndIsToldOfNewMessages() {
    try (TestServer server = TestServer.start();
        TestClient other = TestClient.connect(server, "otro")) {
      PageTab page = PageTab.open(browser, server);
      for (int i = 1; i <= 100; i++) {
        other.chat("Luis", "mensaje " + i);
      }
      page.awaitSaid("chat Luis: mensaje 100");
      eventually(() -> {
        page.tab().type("#log", Keys.HOME);
        assertThat(page.tab().run("return document.querySelector('#jump').hidden"))
            .isEqualTo(false);
        assertThat(page.tab().run("return document.querySelector('#log').scrollTop === 0"))
            .isEqualTo(true);
      });
      other.chat("Luis", "uno más");
      eventually(() -> assertThat(page.tab().text("#jump")).isEqualTo("1 mensaje nuevo"));
      assertThat(page.tab().run("return document.querySelector('#log').scrollTop < 100"))
          .isEqualTo(true);
      page.tab().click("#jump");
      eventually(() ->
          assertThat(page.tab().run("return document.querySelector('#jump').hidden"))
              .isEqualTo(true));
    }
  }

  @Test
  void anOversizedMessageIsReportedAndNotSent() {
    try (TestServer server = TestServer.start();
        TestClient other = TestClient.connect(server, "otro")) {
      PageTab page = PageTab.open(browser, server);
      page.tab()
          .perform(
              "const field = document.querySelector('#message');"
                  + " field.value = 'ñ'.repeat(32768) + 'n';"
                  + " field.dispatchEvent(new Event('input'))");
      eventually(() ->
          assertThat(page.tab().text("#hint.problem"))
              .isEqualTo("Demasiado largo: 65.537 de 65.536 bytes."));
      page.tab().type("#message", Keys.ENTER);
      page.tab().click("#notify-all");
      assertThat(page.tab().run("return document.querySelector('#message').value.length"))
          .as("what was typed stays")
          .isEqualTo(32769L);

      page.tab().type("#message", Keys.BACK_SPACE, Keys.ENTER);
      assertThat(other.next()).contains("\"message\":\"ññññ");
      assertThat(other.rest()).as("what came besides the message that just fits").isEmpty();
      eventually(
          () -> assertThat(page.entries()).extracting(Entry::state).containsExactly("stored"));
      assertThat(page.tab().text("#hint")).isEmpty();
    }
  }

  @Test
  void shiftEnterInsertsALineBreak() {
    try (TestServer server = TestServer.start()) {
      PageTab page = PageTab.open(browser, server);
      page.tab().type("#message", "uno", Keys.chord(Keys.SHIFT, Keys.ENTER), "dos", Keys.ENTER);
      page.awaitSaid("chat Anónimo: uno\ndos");
    }
  }

  @Test
  void anEnglishBrowserGetsEnglishTexts() {
    try (TestServer server = TestServer.start();
        Browser english = Browser.speaking("en")) {
      Tab page = PageTab.open(english, server).tab();
      assertThat(page.text("h1")).isEqualTo("Real-Time Notifications");
      assertThat(page.text("#send")).isEqualTo("Send");
      assertThat(page.text("#state")).isEqualTo("Connected");
      assertThat(page.run("return document.documentElement.lang")).isEqualTo("en");
    }
  }
}
