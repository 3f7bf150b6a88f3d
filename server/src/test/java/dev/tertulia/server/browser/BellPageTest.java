package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/// The notifications of the page: the bell, its panel, toasts, the title, and those of the system.
/// Ana's browser is one client in all its tabs.
@Tag("system")
final class BellPageTest {
  private static final String TITLE = "Notificaciones en Tiempo Real";

  private static Browser browser;
  private TestServer server;
  private FullPeer luis;

  @BeforeAll
  static void startBrowser() {
    browser = Browser.speaking("es");
  }

  @BeforeEach
  void startServer() {
    server = TestServer.start();
    luis = FullPeer.hello(server, "luis", "");
  }

  @AfterEach
  void stopServer() {
    browser.closeTabs();
    luis.close();
    server.close();
  }

  @AfterAll
  static void closeBrowser() {
    browser.close();
  }

  @Test
  void whatIsReadInOneTabIsReadInTheOther() {
    Tab first = openAna();
    Tab second = openAna();
    notify("la cena está lista");
    broadcast("mañana no hay clase");
    notify("trae pan");
    for (Tab tab : List.of(first, second)) {
      awaitUnread(tab, 3);
      eventually(() -> assertThat(title(tab)).isEqualTo("(3) " + TITLE));
    }
    first.click("#bell");
    second.click("#bell");
    for (Tab tab : List.of(first, second)) {
      awaitNotices(tab, "trae pan", "mañana no hay clase", "la cena está lista");
    }
    assertThat(first.style(".notice.broadcast .card", "background-color"))
        .as("a broadcast looks different")
        .isNotEqualTo(first.style(".notice.personal .card", "background-color"));
    assertThat(first.text(".notice.broadcast .title")).isEqualTo("A todos");
    assertThat(first.text(".notice.personal .title")).isEqualTo("Solo para ti");

    first.click(".notice.broadcast .mark-read");
    for (Tab tab : List.of(first, second)) {
      awaitUnread(tab, 2);
      eventually(() -> assertThat(tab.has(".notice.broadcast.read")).isTrue());
    }
    second.click("#mark-all-read");
    for (Tab tab : List.of(first, second)) {
      awaitUnread(tab, 0);
      eventually(() -> assertThat(tab.count(".notice.read")).isEqualTo(3));
      eventually(() -> assertThat(title(tab)).isEqualTo(TITLE));
    }
    first.reload();
    awaitUnread(first, 0);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void whatIsRevokedVanishesEverywhere() {
    Tab tab = openAna();
    tab.click("#bell");
    String id = notify("me equivoqué");
    notify("esta se queda");
    awaitNotices(tab, "esta se queda", "me equivoqué");
    awaitUnread(tab, 2);
    eventually(() -> assertThat(tab.count(".toast")).isEqualTo(2));
    luis.ask("'type':'revoke','id':'" + id + "'");
    awaitNotices(tab, "esta se queda");
    awaitUnread(tab, 1);
    eventually(() -> assertThat(tab.count(".toast")).isEqualTo(1));
    eventually(() ->
        assertThat(new PageTab(tab).said())
            .contains("personal esta se queda")
            .doesNotContain("personal me equivoqué"));
    tab.click(".toast");
    awaitUnread(tab, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {360, 1280})
  void aToastCoversNeitherTheHeadOfTheRoomNorTheComposer(int width) {
    Tab tab = openAna();
    tab.resize(width, 640, 1, width < 600);
    notify("la cena está lista");
    eventually(() -> assertThat(tab.has(".toast")).isTrue());
    assertThat(
            (List<?>)
                tab.run(
                    """
                    const toast = document.querySelector('.toast').getBoundingClientRect();
                    return ['.bar', 'room-head', 'message-composer'].filter((css) => {
                      const { left, right, top, bottom } = document.querySelector(css).getBoundingClientRect();
                      return left < toast.right && right > toast.left && top < toast.bottom && bottom > toast.top;
                    });
                    """))
        .as("what it covers")
        .isEmpty();
  }

  @Test
  void anotherPageIsFurtherBack() {
    for (int i = 0; i < 35; i++) {
      notify("número " + i);
    }
    Tab tab = openAna();
    awaitUnread(tab, 35);
    assertThat(tab.has(".toast")).as("what came before the page is no news").isFalse();
    tab.click("#bell");
    eventually(() -> assertThat(tab.count(".notice")).isEqualTo(30));
    tab.click("#older-notifications");
    eventually(() -> assertThat(tab.count(".notice")).isEqualTo(35));
    eventually(() -> assertThat(tab.text(":focus .text")).isEqualTo("número 4"));
    assertThat(tab.has("#older-notifications")).isFalse();
    assertThat(tab.text(".notice:last-child .text")).isEqualTo("número 0");
    tab.click("#mark-all-read");
    awaitUnread(tab, 0);
  }

  @Test
  void thePanelIsOpenedAndClosedByKeyboard() {
    Tab tab = openAna();
    for (boolean phone : new boolean[] {false, true}) {
      tab.resize(phone ? 390 : 1280, 800, 1, phone);
      tab.perform("document.querySelector('#bell').focus()");
      tab.press(Keys.ENTER);
      String panel = phone ? "dialog.sheet[open]" : "aside.sheet";
      eventually(() -> assertThat(tab.has(panel + " h2:focus")).isTrue());
      assertThat(tab.text("h2:focus")).isEqualTo("Notificaciones");
      tab.press(Keys.ESCAPE);
      eventually(() -> assertThat(tab.has("#bell:focus")).isTrue());
      assertThat(tab.has(".sheet")).isFalse();
    }
  }

  @Test
  void theSystemNotifiesOnlyAfterAClickHasAskedForIt() {
    Tab tab = openEmpty();
    tab.permit("notifications", "prompt");
    tab.prepare(
        """
        window.asked = 0;
        window.shown = [];
        const ask = Notification.requestPermission;
        Notification.requestPermission = (...all) => { asked++; return ask.apply(Notification, all); };
        const Real = Notification;
        window.Notification = class extends Real {
          constructor(...all) { super(...all); shown.push(this); }
          // A browser without a screen closes them by itself.
          set onclose(heard) {}
          close() { shown.splice(shown.indexOf(this), 1); super.close(); }
        };
        """);
    tab.go(server.http("/"));
    new PageTab(tab).awaitPhase("online");
    notify("uno");
    awaitUnread(tab, 1);
    tab.click("#bell");
    eventually(() -> assertThat(tab.has("#ask-system")).isTrue());
    assertThat(tab.run("return asked")).as("nobody has clicked").isEqualTo(0L);
    tab.click("#ask-system");
    eventually(() -> assertThat(tab.run("return asked")).isEqualTo(1L));

    tab.permit("notifications", "granted");
    Tab other = openAna();
    tab.minimize();
    eventually(() -> assertThat(tab.run("return document.hidden")).isEqualTo(true));
    notify("dos");
    eventually(() ->
        assertThat(tab.run("return shown.map(({ body }) => body)")).isEqualTo(List.of("dos")));
    awaitUnread(other, 2);
    other.click("#bell");
    eventually(() -> assertThat(other.has("#mark-all-read")).isTrue());
    other.click("#mark-all-read");
    eventually(() -> assertThat(tab.run("return shown")).as("read elsewhere").isEqualTo(List.of()));
  }

  private Tab openAna() {
    Tab tab = openEmpty();
    tab.go(server.http("/"));
    new PageTab(tab).awaitPhase("online");
    return tab;
  }

  /// A tab of a browser that is Ana's, before it opens the page.
  private Tab openEmpty() {
    Tab tab = browser.open(server.http("/static/manifest.webmanifest"));
    tab.perform(
        "localStorage['tertulia.mode'] = 'browser'; localStorage['tertulia.client'] = 'ana'");
    browser.complaints();
    return tab;
  }

  private String notify(String message) {
    return luis.ask("'type':'notification','to':'ana','message':'" + message + "'").text("id");
  }

  private void broadcast(String message) {
    luis.ask("'type':'broadcast_notification','message':'" + message + "'");
  }

  private static void awaitUnread(Tab tab, int count) {
    eventually(() -> assertThat(tab.has("#bell[data-unread='" + count + "']")).isTrue());
  }

  private static void awaitNotices(Tab tab, String... texts) {
    eventually(() ->
        assertThat(
                tab.run(
                    "return [...document.querySelectorAll('.notice .text')].map((text) =>"
                        + " text.textContent)"))
            .isEqualTo(List.of(texts)));
  }

  private static String title(Tab tab) {
    return (String) tab.run("return document.title");
  }
}
