package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/// The field of the page: what is sent, and what helps to write it.
@Tag("system")
final class ComposerPageTest {
  private static final String SHIFT_ENTER = Keys.chord(Keys.SHIFT, Keys.ENTER);

  /// The Enter that ends the composition of a word; whether the page has taken it for itself.
  private static final String COMPOSED =
      """
      const [css, how] = arguments;
      const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true,
        ...(how === 'keyCode' ? { keyCode: 229 } : { keyCode: 13, isComposing: true }) });
      document.querySelector(css).dispatchEvent(event);
      return event.defaultPrevented;
      """;

  private static Browser browser;
  private TestServer server;

  @BeforeAll
  static void startBrowser() {
    browser = Browser.speaking("es");
  }

  @BeforeEach
  void startServer() {
    server = TestServer.start();
  }

  @AfterEach
  void stop() {
    browser.closeTabs();
    server.close();
  }

  @AfterAll
  static void closeBrowser() {
    browser.close();
  }

  @Test
  void enterSendsAndShiftEnterStartsALine() {
    try (FullPeer luis = peer("luis")) {
      PageTab page = PageTab.open(browser, server);
      int height = height(page);
      page.tab().type("#message", "uno", SHIFT_ENTER, SHIFT_ENTER, "dos");
      assertThat(height(page)).as("it grows").isGreaterThan(height);
      page.tab().type("#message", Keys.ENTER, " ", Keys.ENTER, Keys.BACK_SPACE);
      page.say("tres");
      assertThat(luis.next("chat").text("message")).isEqualTo("uno\n\ndos");
      assertThat(luis.next("chat").text("message")).isEqualTo("tres");
      assertThat(value(page)).isEmpty();
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"keyCode", "isComposing"})
  void theEnterOfACompositionNeverSendsPicksOrSaves(String how) {
    try (FullPeer luis = peer("luis")) {
      PageTab page = PageTab.open(browser, server);
      Tab tab = page.tab();
      page.say("にほん");
      luis.next("chat");
      page.awaitSaid("chat Anónimo: にほん");

      tab.type("#message", "日本");
      tab.run(COMPOSED, "#message", how);
      assertThat(value(page)).as("not sent").isEqualTo("日本");

      tab.write("#message", ":caf");
      eventually(() -> assertThat(tab.has("#completions")).isTrue());
      tab.run(COMPOSED, "#message", how);
      assertThat(value(page)).as("not picked").isEqualTo(":caf");

      tab.write("#message", "" + Keys.BACK_SPACE);
      tab.type("#message", Keys.ARROW_UP);
      eventually(() -> assertThat(value(page)).isEqualTo("にほん"));
      tab.type("#message", "語");
      tab.run(COMPOSED, "#message", how);
      assertThat(tab.has("#about.edited")).as("not saved").isTrue();
      tab.type("#message", Keys.ESCAPE);

      tab.click("#emoji");
      eventually(() -> assertThat(tab.has("emoji-picker input:focus")).isTrue());
      tab.type("emoji-picker input", "heart");
      eventually(() -> assertThat(tab.text("[data-index='0']")).isEqualTo("❤️"));
      tab.run(COMPOSED, "emoji-picker input", how);
      assertThat(tab.has("emoji-picker:popover-open")).as("not picked").isTrue();
      tab.type("emoji-picker input", Keys.ESCAPE);

      tab.press(Keys.chord(Keys.CONTROL, "k"));
      eventually(() -> assertThat(tab.has("#jump-name:focus")).isTrue());
      assertThat(tab.run(COMPOSED, "#jump-name", how)).as("no room is opened").isEqualTo(true);
      tab.type("#jump-name", Keys.ESCAPE);

      tab.perform("document.querySelector('#me').click()");
      eventually(() -> assertThat(tab.has("#settings[open] #name:focus")).isTrue());
      assertThat(tab.run(COMPOSED, "#name", how)).as("the dialog stays").isEqualTo(true);
      assertThat(luis.rest()).noneMatch(frame -> frame.type().matches("chat|edited"));
    }
  }

  @Test
  void arrowUpInAnEmptyFieldEditsTheLastMessage() {
    try (FullPeer luis = peer("luis")) {
      PageTab page = PageTab.open(browser, server);
      Tab tab = page.tab();
      page.say("holla");
      page.awaitSaid("chat Anónimo: holla");
      luis.ask("'type':'chat','room':'lobby','sender':'luis','message':'otro'");
      page.awaitSaid("chat luis: otro");

      tab.type("#message", Keys.ARROW_UP);
      eventually(() -> assertThat(value(page)).isEqualTo("holla"));
      assertThat(tab.text("#send")).isEqualTo("Guardar");
      tab.type("#message", "!", Keys.ESCAPE);
      eventually(() -> assertThat(value(page)).as("Esc ends it").isEmpty());
      assertThat(tab.has("#about")).isFalse();

      tab.type("#message", "x", Keys.ARROW_UP);
      assertThat(value(page)).as("the field was not empty").isEqualTo("x");
      tab.type("#message", Keys.DELETE, Keys.ARROW_UP);
      eventually(() -> assertThat(tab.has("#about.edited")).isTrue());
      tab.write("#message", "" + Keys.BACK_SPACE);
      tab.type("#message", Keys.ENTER);
      eventually(() -> assertThat(tab.text("#hint")).contains("no puede quedar vacío"));
      tab.type("#message", "hola", Keys.ENTER);
      assertThat(luis.next("edited").text("message")).isEqualTo("hola");
      eventually(() -> assertThat(tab.has("#about")).isFalse());
      assertThat(value(page)).isEmpty();
      page.awaitSaid("chat Anónimo: hola");
    }
  }

  @Test
  void aReplyNamesItsMessageAndEscEndsIt() {
    try (FullPeer luis = peer("luis")) {
      PageTab page = PageTab.open(browser, server);
      Tab tab = page.tab();
      long offset =
          luis.ask("'type':'chat','room':'lobby','sender':'Luis','message':'¿vienes?'")
              .number("offset");
      page.awaitSaid("chat Luis: ¿vienes?");
      tab.type("#message", "sí");
      replyToLast(tab);
      eventually(() -> assertThat(tab.text("#about")).contains("Respuesta a Luis", "¿vienes?"));
      tab.type("#message", Keys.ESCAPE);
      eventually(() -> assertThat(tab.has("#about")).isFalse());
      assertThat(value(page)).as("what was typed stays").isEqualTo("sí");
      replyToLast(tab);
      eventually(() -> assertThat(tab.has("#about.replied")).isTrue());
      tab.type("#message", Keys.ENTER);
      Json said = luis.next(frame -> frame.type().equals("chat") && frame.has("reply_to"));
      assertThat(said.text("message")).isEqualTo("sí");
      assertThat(said.number("reply_to")).isEqualTo(offset);
      eventually(() -> assertThat(tab.has("#about")).isFalse());
      page.say("otra cosa");
      assertThat(luis.next(frame -> frame.type().equals("chat")).has("reply_to")).isFalse();
    }
  }

  @Test
  void aMentionCompletesAndNotifiesThatClient() {
    try (FullPeer luis = peer("luis-42");
        FullPeer eva = peer("eva")) {
      PageTab page = PageTab.open(browser, server, "Ana");
      Tab tab = page.tab();
      tab.type("#message", "hola @lui");
      eventually(() -> assertThat(tab.text("#completions [aria-selected=true]")).contains("luis"));
      assertThat(tab.run("return document.activeElement.getAttribute('aria-activedescendant')"))
          .isEqualTo("completion-0");
      tab.type("#message", Keys.ENTER);
      eventually(() -> assertThat(value(page)).isEqualTo("hola @luis-42 "));
      assertThat(tab.has("#completions")).isFalse();
      tab.type("#message", "¿vienes? a@eva", Keys.ENTER);
      Json said = luis.next("chat");
      assertThat(said.text("message")).isEqualTo("hola @luis-42 ¿vienes? a@eva");
      assertThat(said.toString()).contains("luis-42");
      Json told = luis.next("notification");
      assertThat(told.text("category")).isEqualTo("mention");
      assertThat(told.text("message")).isEqualTo("hola @luis-42 ¿vienes? a@eva");
      assertThat(told.toString()).contains("lobby").contains(Long.toString(said.number("offset")));
      assertThat(eva.rest()).noneMatch(frame -> frame.type().equals("notification"));
    }
  }

  @Test
  void theOtherTabIsToldOfAMentionAndLedToIt() {
    PageTab luis = PageTab.open(browser, server, "Luis");
    luis.tab().perform("location.hash = '#/salas/cocina'");
    eventually(() -> assertThat(luis.tab().text("#room-name")).isEqualTo("cocina"));
    PageTab ana = PageTab.open(browser, server, "Ana");
    ana.tab().perform("location.hash = '#/salas/cocina'");
    eventually(() -> assertThat(ana.tab().text("#who-is-here > :last-child")).isEqualTo("2"));
    luis.tab().perform("location.hash = '#/salas/lobby'");
    eventually(() -> assertThat(luis.tab().text("#room-name")).isEqualTo("lobby"));
    ana.say("¿vienes, @%s?".formatted(luis.clientId()));
    luis.awaitSaid("personal ¿vienes, @%s?".formatted(luis.clientId()));
    assertThat(luis.tab().text(".entry.personal .title")).isEqualTo("Te mencionan en cocina");
    luis.tab().click("#bell");
    eventually(() -> assertThat(luis.tab().has(".notice.unread .to-message")).isTrue());
    luis.tab().click(".notice .to-message");
    eventually(() -> assertThat(luis.tab().text("#room-name")).isEqualTo("cocina"));
    eventually(() ->
        assertThat(luis.tab().text(".entry.chat .mention.me")).isEqualTo("@" + luis.clientId()));
    luis.tab().click("#bell");
    eventually(() -> assertThat(luis.tab().has(".notice.read .to-message")).isTrue());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aDraftSurvivesAReload() {
    PageTab page = PageTab.open(browser, server);
    Tab tab = page.tab();
    tab.type("#message", "a medio", SHIFT_ENTER, "escribir");
    tab.reload();
    page.awaitPhase("online");
    eventually(() -> assertThat(value(page)).isEqualTo("a medio\nescribir"));
    tab.perform("location.hash = '#/salas/cocina'");
    eventually(() -> assertThat(tab.text("#room-name")).isEqualTo("cocina"));
    eventually(() -> assertThat(value(page)).as("of another room").isEmpty());
    tab.type("#message", "sal");
    tab.perform("history.back()");
    eventually(() -> assertThat(value(page)).isEqualTo("a medio\nescribir"));
    tab.type("#message", Keys.ENTER);
    page.awaitSaid("chat Anónimo: a medio\nescribir");
    tab.reload();
    page.awaitPhase("online");
    assertThat(value(page)).as("it was sent").isEmpty();
  }

  @Test
  void whereNothingMayBeStoredTheFieldWorks() {
    try (Browser strict = Browser.withoutStorage()) {
      PageTab page = PageTab.open(strict, server);
      page.tab().type("#message", "hola :wave:");
      page.say(" :cafe:");
      page.awaitSaid("chat Anónimo: hola 👋 ☕");
      assertThat(strict.complaints()).isEmpty();
    }
  }

  @Test
  void emojiAreCompletedExpandedAndPicked() {
    PageTab page = PageTab.open(browser, server);
    Tab tab = page.tab();
    tab.type("#message", "un :caf");
    eventually(() -> assertThat(tab.text("#completions [aria-selected=true]")).contains(":cafe:"));
    tab.type("#message", Keys.TAB);
    eventually(() -> assertThat(value(page)).isEqualTo("un ☕"));
    tab.type("#message", " :corazón: `:corazón:` 10:30:45 ");
    tab.click("#emoji");
    eventually(() -> assertThat(tab.has("emoji-picker input:focus")).isTrue());
    tab.type("emoji-picker input", "cohete");
    eventually(() -> assertThat(tab.count("emoji-picker [data-emoji]")).isOne());
    tab.type("emoji-picker input", Keys.ENTER);
    eventually(() -> assertThat(value(page)).endsWith("10:30:45 🚀"));
    assertThat(tab.has("#message:focus")).isTrue();

    tab.click("#emoji");
    eventually(() -> assertThat(tab.text("[data-index='0']")).as("the last").isEqualTo("🚀"));
    tab.resize(360, 500, 1, false);
    eventually(() ->
        assertThat(
                tab.run(
                    """
                    const { left, top, right, bottom } = document.querySelector('emoji-picker:popover-open').getBoundingClientRect();
                    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
                    """))
            .as("in a window that has become smaller")
            .isEqualTo(true));
    tab.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
    assertThat(tab.run("return document.activeElement.dataset.index")).isEqualTo("2");
    tab.press(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ESCAPE);
    assertThat(tab.has("emoji-picker:popover-open")).isFalse();
    tab.type("#message", Keys.ENTER);
    page.awaitSaid("chat Anónimo: un ☕ ❤️ :corazón: 10:30:45 🚀");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void anEmptyFieldNotifiesWithTheServersTexts() {
    PageTab page = PageTab.open(browser, server);
    page.tab().click("#notify-self");
    page.awaitSaid("personal Notificación personal.");
    page.tab().click("#notify-all");
    page.awaitSaid("broadcast Notificación de broadcast.");
  }

  @Test
  void bothNotificationButtonsAreInSightAndNamed() {
    PageTab page = PageTab.open(browser, server);
    for (int width : new int[] {1280, 360}) {
      page.tab().resize(width, 780, 1, width < 500);
      buttonsAreInSightAndNamed(page, width);
    }
  }

  private static void buttonsAreInSightAndNamed(PageTab page, int width) {
    Tab tab = page.tab();
    assertThat(tab.run("return document.documentElement.scrollWidth")).isEqualTo((long) width);
    for (String button : new String[] {"#emoji", "#notify-self", "#notify-all", "#send"}) {
      assertThat(
              (Boolean)
                  tab.run(
                      """
                      const { left, right, top, bottom, width, height } =
                        document.querySelector(arguments[0]).getBoundingClientRect();
                      return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight
                        && width >= 44 && height >= 44;
                      """,
                      button))
          .as(button)
          .isTrue();
    }
    assertThat(height(page)).as("the placeholder has one line").isLessThan(60);
    assertThat(tab.text("#notify-self"))
        .isEqualTo("Enviar Notificación del Sistema (solo para ti)");
    assertThat(tab.text("#notify-all")).isEqualTo("Broadcast Notificación (a todos)");
  }

  private FullPeer peer(String client) {
    return FullPeer.hello(server, client, "'rooms':{'lobby':null},'inbox':null");
  }

  private static void replyToLast(Tab tab) {
    tab.perform(
        """
        const composer = document.querySelector('message-composer');
        composer.replyTo = composer.conversation.entries.findLast(({ kind }) => kind === 'chat');
        """);
  }

  private static String value(PageTab page) {
    return (String) page.tab().run("return document.querySelector('#message').value");
  }

  private static int height(PageTab page) {
    return ((Long) page.tab().run("return document.querySelector('#message').offsetHeight"))
        .intValue();
  }
}
