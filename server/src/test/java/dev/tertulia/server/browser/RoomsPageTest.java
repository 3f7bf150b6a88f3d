package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/// The rooms of the page: the list, unread messages, the address, the ways into a room and out of
/// it.
@Tag("system")
final class RoomsPageTest {
  @RegisterExtension static final Browser browser = Browser.speaking("es");

  @Test
  void unreadMessagesAreCountedUntilTheyWereSeen() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      enter(ana, server, "cocina");
      enter(ana, server, "lobby");
      PageTab luis = PageTab.open(browser, server, "Luis");
      enter(luis, server, "cocina");
      luis.say("¿quién friega?");
      luis.awaitSaid("chat Luis: ¿quién friega?");
      luis.say("yo no");

      eventually(() -> assertThat(unread(ana, "cocina")).isEqualTo(2));
      assertThat(rooms(ana)).as("the newest first").startsWith("cocina");
      assertThat(ana.tab().text("[data-room=cocina] .unseen")).isEqualTo("2 mensajes sin leer");
      assertThat(title(ana)).startsWith("(2) ");
      assertThat(unread(luis, "cocina")).as("one's own are not unread").isZero();

      ana.tab().reload();
      ana.awaitPhase("online");
      eventually(() -> assertThat(unread(ana, "cocina")).as("after a reload").isEqualTo(2));

      ana.tab().click("[data-room=cocina] a");
      ana.awaitSaid("chat Luis: yo no");
      eventually(() -> assertThat(unread(ana, "cocina")).isZero());
      eventually(() -> assertThat(title(ana)).isEqualTo("Notificaciones en Tiempo Real"));
      luis.say("ni yo");
      ana.awaitSaid("chat Luis: ni yo");
      ana.say("pues yo tampoco");
      ana.awaitSaid("chat Ana: pues yo tampoco");
      ana.tab().reload();
      ana.awaitPhase("online");
      ana.awaitSaid("chat Ana: pues yo tampoco");
      eventually(() -> assertThat(unread(ana, "cocina")).isZero());
    }
  }

  @Test
  void whatWasSaidBeforeTheFirstVisitIsNotUnread() throws Exception {
    try (TestServer server = TestServer.start()) {
      for (int i = 0; i < 3; i++) {
        publish(server, "lobby", "antes " + i);
        publish(server, "cocina", "antes " + i);
      }
      PageTab ana = PageTab.open(browser, server, "Ana");
      ana.awaitSaid("chat Otra: antes 2");
      enter(ana, server, "cocina");
      ana.awaitSaid("chat Otra: antes 2");
      enter(ana, server, "lobby");
      publish(server, "cocina", "después");
      eventually(() -> assertThat(unread(ana, "cocina")).isOne());
      assertThat(unread(ana, "lobby")).isZero();
    }
  }

  @Test
  void aNewRoomIsMadeByItsName() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      assertThat(rooms(ana)).isEqualTo(List.of("lobby"));
      ana.tab().click("#new-room");
      eventually(() -> assertThat(ana.tab().text("#jump-heading")).isEqualTo("Nueva sala"));
      assertThat(ana.tab().text("#jump-hint")).startsWith("Solo letras sin acento");
      assertThat(ana.tab().has("#jump-list li")).as("rooms that are there already").isFalse();
      ana.tab().type("#jump-name", "mesa del fondo", Keys.ENTER);
      eventually(() ->
          assertThat(ana.tab().text("#jump-hint.problem"))
              .startsWith("Solo letras sin acento")
              .endsWith("No vale: espacios."));
      ana.tab().write("#jump-name", "mesa-del-fondo");
      eventually(() ->
          assertThat(ana.tab().text("#jump-list [aria-selected=true] .name"))
              .isEqualTo("mesa-del-fondo"));
      ana.tab().type("#jump-name", Keys.ENTER);
      awaitRoom(ana, "mesa-del-fondo");
      assertThat(rooms(ana)).isEqualTo(List.of("mesa-del-fondo", "lobby"));
      assertThat(ana.tab().text(".room.current [aria-current=page] .name"))
          .isEqualTo("mesa-del-fondo");
      ana.say("aquí estoy");
      ana.awaitSaid("chat Ana: aquí estoy");

      PageTab luis = new PageTab(browser.open(server.http("/#/salas/mesa-del-fondo")));
      luis.awaitSaid("chat Ana: aquí estoy");
      assertThat(luis.said()).containsExactly("chat Ana: aquí estoy");
    }
  }

  @Test
  void theBackButtonLeadsToTheRoomBefore() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      ana.say("en el vestíbulo");
      ana.awaitSaid("chat Ana: en el vestíbulo");
      enter(ana, server, "cocina");
      ana.say("en la cocina");
      ana.awaitSaid("chat Ana: en la cocina");
      assertThat(ana.said()).doesNotContain("chat Ana: en el vestíbulo");
      ana.tab().perform("history.back()");
      awaitRoom(ana, "lobby");
      ana.awaitSaid("chat Ana: en el vestíbulo");
      ana.tab().perform("history.forward()");
      awaitRoom(ana, "cocina");
      ana.awaitSaid("chat Ana: en la cocina");
    }
  }

  @Test
  void anAddressThatNoRoomCanHaveIsExplained() {
    try (TestServer server = TestServer.start()) {
      Tab tab = browser.open(server.http("/#/salas/poes%C3%ADa"));
      eventually(() -> assertThat(tab.text("#room-name")).isEqualTo("lobby"));
      eventually(() ->
          assertThat(tab.text("#notice"))
              .startsWith("Ninguna sala puede llamarse «poesía».")
              .contains("Solo letras sin acento"));
      tab.click("[data-room=lobby] a");
      eventually(() -> assertThat(tab.has("#notice")).isFalse());
      tab.perform("location.hash = '#/salas/caf%C3%A9'");
      eventually(() -> assertThat(tab.text("#notice")).contains("«café»"));
      tab.perform("location.hash = '#/salas/cafe'");
      awaitRoom(new PageTab(tab), "cafe");
      eventually(() -> assertThat(tab.has("#notice")).isFalse());
    }
  }

  @Test
  void aRoomThatWasLeftStaysAway() throws Exception {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      assertThat(ana.tab().has("#leave-room")).as("nobody leaves the lobby").isFalse();
      enter(ana, server, "cocina");
      ana.say("adiós");
      ana.awaitSaid("chat Ana: adiós");
      ana.tab().click("#leave-room");
      awaitRoom(ana, "lobby");
      assertThat(rooms(ana)).isEqualTo(List.of("lobby"));
      ana.tab().reload();
      ana.awaitPhase("online");
      publish(server, "cocina", "¿se ha ido?");
      publish(server, "lobby", "sí");
      ana.awaitSaid("chat Otra: sí");
      assertThat(rooms(ana)).isEqualTo(List.of("lobby"));

      enter(ana, server, "cocina");
      ana.awaitSaid("chat Otra: ¿se ha ido?");
      assertThat(rooms(ana)).contains("cocina");
    }
  }

  @Test
  void theKeyboardJumpsToARoom() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      for (String room : List.of("cocina", "comedor", "patio", "lobby")) {
        enter(ana, server, room);
      }
      jump(ana);
      ana.tab().press("co");
      eventually(() -> assertThat(offered(ana)).hasSize(3).endsWith("co"));
      ana.tab().press(Keys.ARROW_DOWN, Keys.ENTER);
      awaitRoom(ana, "cocina");
      eventually(() ->
          assertThat(ana.tab().run("return document.activeElement.id"))
              .as("where typing goes on")
              .isEqualTo("message"));

      jump(ana);
      ana.tab().press("pat", Keys.ENTER);
      awaitRoom(ana, "patio");

      jump(ana);
      ana.tab().press(Keys.ESCAPE);
      eventually(() -> assertThat(ana.tab().has("#jump-dialog[open]")).isFalse());
      assertThat(ana.tab().text("#room-name")).isEqualTo("patio");

      jump(ana);
      ana.tab().press("sala-nueva", Keys.ENTER);
      awaitRoom(ana, "sala-nueva");
    }
  }

  /// The Enter that ends a composition of an input method chooses nothing.
  @Test
  void theEnterOfAnInputMethodDoesNotOpenARoom() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      jump(ana);
      ana.tab().press("cocina");
      assertThat(
              ana.tab()
                  .run(
                      """
                      const enter = (init) => new KeyboardEvent('keydown',
                        { key: 'Enter', bubbles: true, cancelable: true, ...init });
                      const field = document.querySelector('#jump-name');
                      return [field.dispatchEvent(enter({ isComposing: true })),
                        field.dispatchEvent(enter({ keyCode: 229 })),
                        field.dispatchEvent(enter({}))].join();
                      """))
          .as("whether the form is submitted")
          .isEqualTo("false,false,true");
    }
  }

  @Test
  void whoIsHereIsListed() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      PageTab luis = PageTab.open(browser, server, "Luis");
      luis.say("hola");
      eventually(() ->
          assertThat(
                  ana.tab()
                      .run(
                          "return"
                              + " document.querySelector('#who-is-here').getAttribute('aria-label')"))
              .isEqualTo("2 personas aquí"));
      ana.tab().click("#who-is-here");
      eventually(() -> assertThat(ana.tab().has("#here:popover-open")).isTrue());
      eventually(() ->
          assertThat(ana.tab().text("#here ul"))
              .contains("Ana")
              .contains("tú")
              .contains("Luis")
              .contains(luis.clientId()));
      luis.tab().close();
      eventually(() ->
          assertThat(ana.tab().text("#here h3"))
              .as("while it is open")
              .isEqualTo("1 persona aquí"));
    }
  }

  @Test
  void aPhoneHasTheRoomsInADrawer() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      ana.tab().resize(390, 844, 1, true);
      enter(ana, server, "cocina");
      assertThat(ana.tab().run("return document.querySelector('#drawer').checkVisibility()"))
          .isEqualTo(false);
      ana.tab().click("#menu");
      eventually(() -> assertThat(ana.tab().has("#drawer:popover-open")).isTrue());
      assertThat(ana.tab().has("main[inert]")).as("what is behind cannot be reached").isTrue();
      assertThat(ana.tab().run("return document.activeElement.closest('#drawer') !== null"))
          .isEqualTo(true);
      ana.tab().press(Keys.ESCAPE);
      eventually(() -> assertThat(ana.tab().has("#drawer:popover-open")).isFalse());
      assertThat(ana.tab().has("main[inert]")).isFalse();
      assertThat(ana.tab().run("return document.activeElement.id")).isEqualTo("menu");

      ana.tab().click("#menu");
      eventually(() -> assertThat(ana.tab().has("#drawer:popover-open")).isTrue());
      ana.tab().click("[data-room=lobby] a");
      awaitRoom(ana, "lobby");
      eventually(() -> assertThat(ana.tab().has("#drawer:popover-open")).isFalse());

      ana.tab().click("#menu");
      eventually(() -> assertThat(ana.tab().has("#drawer:popover-open")).isTrue());
      ana.tab().click("#new-room");
      eventually(() -> assertThat(ana.tab().has("#jump-dialog[open]")).isTrue());
      ana.tab().type("#jump-name", "patio", Keys.ENTER);
      awaitRoom(ana, "patio");
    }
  }

  /// Goes to a room as a link does.
  private static void enter(PageTab page, TestServer server, String room) {
    page.tab().go(server.http("/#/salas/" + room));
    awaitRoom(page, room);
  }

  private static void awaitRoom(PageTab page, String room) {
    eventually(() -> assertThat(page.tab().text("#room-name")).isEqualTo(room));
    eventually(
        () -> assertThat(page.tab().has(".room.current[data-room='" + room + "']")).isTrue());
    assertThat(page.tab().run("return location.hash")).isIn("#/salas/" + room, "");
  }

  private static void jump(PageTab page) {
    page.tab().press(Keys.chord(Keys.CONTROL, "k"));
    eventually(() -> assertThat(page.tab().has("#jump-name:focus")).isTrue());
  }

  @SuppressWarnings("unchecked")
  private static List<String> rooms(PageTab page) {
    return (List<String>)
        page.tab()
            .run("return [...document.querySelectorAll('.room')].map((room) => room.dataset.room)");
  }

  @SuppressWarnings("unchecked")
  private static List<String> offered(PageTab page) {
    return (List<String>)
        page.tab()
            .run(
                "return [...document.querySelectorAll('#jump-list .name')]"
                    + ".map((name) => name.textContent)");
  }

  private static int unread(PageTab page, String room) {
    String count =
        (String)
            page.tab()
                .run(
                    "return document.querySelector(arguments[0])?.dataset.unread ?? '-1'",
                    "[data-room='" + room + "']");
    return Integer.parseInt(count);
  }

  private static String title(PageTab page) {
    return (String) page.tab().run("return document.title");
  }

  private static void publish(TestServer server, String room, String text) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                server.http("/api/v1/rooms/" + room + "/messages?client=otra&sender=Otra"))
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString(text))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
    }
  }
}
