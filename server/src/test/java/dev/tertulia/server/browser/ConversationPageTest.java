package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.Keys;

/// The conversation as a person reads it and acts in it, in a real browser.
@Tag("system")
final class ConversationPageTest {
  @RegisterExtension static final Browser browser = Browser.speaking("es");

  @Test
  void aReloadShowsTheSameConversation() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      PageTab luis = PageTab.open(browser, server, "Luis");
      ana.say("uno");
      luis.awaitSaid("chat Ana: uno");
      luis.say("dos");
      luis.say("tres");
      ana.awaitSaid("chat Luis: tres");
      assertThat(ana.tab().count(".entry.first")).as("runs of one sender").isEqualTo(2);
      List<PageTab.Entry> before = ana.entries();

      ana.tab().reload();
      ana.awaitPhase("online");
      eventually(() -> assertThat(ana.entries()).isEqualTo(before));
      assertThat(ana.tab().text(".day")).isEqualTo("Hoy");
      assertThat(ana.tab().run("return document.querySelector('.entry time').title"))
          .as("the whole time")
          .isEqualTo(ana.tab().run("return document.querySelector('.entry time').ariaLabel"))
          .asString()
          .contains(" de ");
    }
  }

  @Test
  void whatIsDoneWithAMessageIsSeenInTheOtherTab() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      PageTab luis = PageTab.open(browser, server, "Luis");
      ana.say("uno");
      ana.say("dos");
      luis.awaitSaid("chat Ana: dos");

      // Luis reacts, with the mouse; Ana does too, and takes it back.
      act(luis, "uno", ".react");
      eventually(() -> assertThat(luis.tab().has(".tool.quick")).isTrue());
      luis.tab().click(".tool.quick");
      eventually(() -> assertThat(ana.tab().text(".reaction .count")).isEqualTo("1"));
      ana.tab().click(".reaction");
      eventually(() -> assertThat(luis.tab().text(".reaction .count")).isEqualTo("2"));
      assertThat(ana.tab().has(".reaction[aria-pressed=true]")).isTrue();
      ana.tab().click(".reaction");
      eventually(() -> assertThat(luis.tab().text(".reaction .count")).isEqualTo("1"));

      // The list says which message is to be edited, or replied to; the field does the rest.
      perform(ana, "list.conversation.edit(of('uno'), 'uno *y* medio')");
      eventually(() -> assertThat(luis.said()).startsWith("chat Ana: uno y medio"));
      assertThat(luis.tab().text(".edited")).isEqualTo("editado");
      perform(luis, "list.conversation.send('tres', { replyTo: of('uno *y* medio') })");
      eventually(() -> assertThat(ana.tab().text(".quoted")).isEqualTo("uno y medio"));

      // Only after a question, and only by its author.
      assertThat(tools(luis, "dos")).doesNotContain("remove", "edit").contains("reply");
      act(ana, "dos", ".remove");
      ana.tab().click("#question [value=no]");
      act(ana, "dos", ".remove");
      ana.tab().click("#question [value=yes]");
      eventually(
          () -> assertThat(luis.said()).contains("chat Ana: Mensaje eliminado", "chat Luis: tres"));
      assertThat(luis.tab().has("#question")).isFalse();
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void theListAsksForAReplyOrAnEdit() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      ana.say("uno");
      ana.awaitSaid("chat Ana: uno");
      ana.tab()
          .perform(
              """
              window.asked = [];
              for (const what of ['reply', 'edit']) {
                document.querySelector('message-list').addEventListener(what, ({ detail }) =>
                  asked.push(`${what} ${detail.entry.text}`));
              }
              """);
      act(ana, "uno", ".reply");
      act(ana, "uno", ".edit");
      assertThat(ana.tab().run("return asked.join()")).isEqualTo("reply uno,edit uno");
    }
  }

  @Test
  void aQuoteAndALinkLeadToTheMessage() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      ana.tab()
          .run(
              """
              return (async () => {
                const { conversation } = document.querySelector('message-list');
                const { offset } = await conversation.send('la primera');
                for (let i = 0; i < 80; i++) conversation.send(`mensaje ${i}`);
                await conversation.send('respuesta', { replyTo: offset });
                return true;
              })()
              """);
      ana.tab().reload();
      ana.awaitSaid("chat Ana: respuesta");
      eventually(() -> assertThat(ana.tab().text(".quoted")).isEqualTo("la primera"));
      ana.tab().click(".quote");
      eventually(() -> assertThat(ana.tab().text(".entry.marked .text")).isEqualTo("la primera"));
      assertThat(inSight(ana, ".entry.marked")).isTrue();
      assertThat(ana.tab().run("return document.activeElement.className"))
          .as("where a reader with the keyboard goes on")
          .asString()
          .contains("marked");

      ana.tab().go(server.http("/health/live"));
      ana.tab().go(server.http("/#/salas/lobby/1"));
      eventually(() -> assertThat(ana.tab().text(".entry.marked .text")).isEqualTo("la primera"));
      assertThat(inSight(ana, ".entry.marked")).isTrue();
    }
  }

  @Test
  void theLineStandsWhereReadingStopped() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      PageTab luis = PageTab.open(browser, server, "Luis");
      luis.say("uno");
      ana.awaitSaid("chat Luis: uno");
      ana.say("dos");
      luis.awaitSaid("chat Ana: dos");
      ana.tab().picture(); // in front: she has read it
      eventually(() -> assertThat(luis.tab().has(".readers")).isTrue());

      ana.tab().go(server.http("/health/live"));
      perform(luis, "for (let i = 0; i < 30; i++) list.conversation.send(`nuevo ${i}`)");
      luis.awaitSaid("chat Luis: nuevo 29");
      ana.tab().go(server.http("/"));
      ana.awaitSaid("chat Luis: nuevo 29");
      eventually(() -> assertThat(ana.tab().text("#new-line")).isEqualTo("Mensajes nuevos"));
      assertThat(
              ana.tab()
                  .run("return document.querySelector('#new-line + .entry .text').textContent"))
          .isEqualTo("nuevo 0");
      eventually(() -> assertThat(inSight(ana, "#new-line")).isTrue());
      assertThat(ana.tab().text("#jump")).isEqualTo("30 mensajes nuevos");
      assertThat(ana.tab().text("#arrivals")).as("what is read out").isEmpty();

      ana.tab().click("#jump");
      eventually(() -> assertThat(inSight(ana, ".entry:last-child")).isTrue());
      eventually(() ->
          assertThat(ana.tab().run("return document.querySelector('#jump').hidden"))
              .isEqualTo(true));
      ana.say("ya");
      eventually(() -> assertThat(ana.tab().has("#new-line")).isFalse());
      eventually(
          () -> assertThat(luis.tab().text(".entry:nth-last-child(2) .readers .unseen")).isEmpty());
    }
  }

  @Test
  void whoListensHearsWhatIsNewAndNothingElse() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      PageTab luis = PageTab.open(browser, server, "Luis");
      luis.say("uno");
      ana.awaitSaid("chat Luis: uno");
      eventually(
          () -> assertThat(ana.tab().text("#arrivals[aria-live=polite]")).isEqualTo("Luis: uno"));
      ana.say("dos");
      ana.awaitSaid("chat Ana: dos");
      assertThat(ana.tab().text("#arrivals")).isEqualTo("Luis: uno");
      ana.tab().reload();
      ana.awaitSaid("chat Ana: dos");
      assertThat(ana.tab().text("#arrivals")).isEmpty();
      luis.say("", "#notify-all");
      ana.awaitSaid("broadcast Notificación de broadcast.");
      eventually(() ->
          assertThat(ana.tab().text("#arrivals")).isEqualTo("A todos: Notificación de broadcast."));
    }
  }

  @Test
  void aMessageThatFailedIsSentAgainOrDiscarded() throws Exception {
    try (TestServer server =
        TestServer.start(Map.of(Setting.ROOMS, "[{name: privada, access: members}]"))) {
      PageTab ana = new PageTab(browser.open(server.http("/#/salas/privada")));
      ana.awaitPhase("online");
      ana.rename("Ana");
      ana.say("uno");
      ana.say("dos");
      eventually(() -> assertThat(ana.tab().count(".entry[data-state=failed]")).isEqualTo(2));
      assertThat(ana.tab().text(".state"))
          .startsWith("No se ha enviado. Aquí no tienes permiso")
          .contains("Reintentar", "Descartar");

      for (String theme : List.of("light", "dark")) {
        ana.tab().prefer(theme);
        assertThat((List<?>) ana.tab().runFile("low-contrast.js")).as(theme).isEmpty();
      }

      admit(server, "privada", ana.clientId());
      ana.tab().click(".retry");
      eventually(() -> assertThat(ana.tab().count(".entry[data-state=failed]")).isOne());
      // Its place in the list changes when it is stored, and with it what has the focus.
      eventually(() -> assertThat(ana.tab().count(".entry.own[data-offset]")).isOne());
      ana.tab().perform("document.querySelector('.discard').focus()");
      ana.tab().press(Keys.ENTER);
      eventually(() -> assertThat(ana.tab().count(".entry[data-state=failed]")).isZero());
    }
  }

  @Test
  void theKeysLeadThroughTheMessages() {
    try (TestServer server = TestServer.start()) {
      PageTab ana = PageTab.open(browser, server, "Ana");
      ana.say("uno");
      ana.say("dos");
      ana.awaitSaid("chat Ana: dos");
      ana.tab().perform("document.querySelector('#log').focus()");
      ana.tab().press(Keys.ARROW_UP);
      eventually(() -> assertThat(focused(ana)).startsWith("dos"));
      ana.tab().press(Keys.ARROW_UP);
      eventually(() -> assertThat(focused(ana)).startsWith("uno"));
      eventually(() -> assertThat(ana.tab().has(".entry:focus .tools")).isTrue());
      ana.tab().press(Keys.TAB);
      eventually(() -> assertThat(label(ana)).isEqualTo("Reaccionar"));
      ana.tab().press(Keys.ARROW_RIGHT);
      eventually(() -> assertThat(label(ana)).isEqualTo("Responder"));
      ana.tab().press(Keys.ARROW_LEFT);
      ana.tab().press(Keys.ENTER);
      eventually(() -> assertThat(label(ana)).isEqualTo("Reaccionar con 👍"));
      ana.tab().press(Keys.ESCAPE);
      eventually(() -> assertThat(label(ana)).isEqualTo("Reaccionar"));
      ana.tab().press(Keys.ESCAPE);
      eventually(() -> assertThat(label(ana)).isEqualTo("Conversación"));
    }
  }

  /// Presses a button of the actions of a message, which are there once it is pointed at.
  private static void act(PageTab page, String text, String button) {
    point(page, text);
    eventually(() -> assertThat(page.tab().has(".tools " + button)).isTrue());
    page.tab().click(".tools " + button);
  }

  private static String tools(PageTab page, String text) {
    point(page, text);
    eventually(() -> assertThat(page.tab().has(".entry:focus-within .tools .react")).isTrue());
    return (String)
        page.tab()
            .run(
                "return [...document.querySelectorAll('.entry:focus-within .tool')].map(({"
                    + " className }) => className).join()");
  }

  private static void point(PageTab page, String text) {
    perform(
        page,
        "list.querySelector(`[data-key=\"${of('TEXT').key}\"]`).focus()".replace("TEXT", text));
  }

  /// Runs a script that knows the `list`, and the entry `of` a text.
  private static void perform(PageTab page, String script) {
    page.tab()
        .perform(
            """
            const list = document.querySelector('message-list');
            const of = (text) => list.conversation.entries.find((entry) => entry.text === text);
            SCRIPT
            """
                .replace("SCRIPT", script));
  }

  private static String label(PageTab page) {
    return (String) page.tab().run("return document.activeElement.ariaLabel ?? ''");
  }

  private static String focused(PageTab page) {
    return (String)
        page.tab().run("return document.activeElement.querySelector('.text')?.textContent ?? ''");
  }

  private static boolean inSight(PageTab page, String css) {
    return (Boolean)
        page.tab()
            .run(
                """
                const log = document.querySelector('#log').getBoundingClientRect();
                const { top, bottom } = document.querySelector(arguments[0]).getBoundingClientRect();
                return top >= log.top - 1 && bottom <= log.bottom + 1;
                """,
                css);
  }

  private static void admit(TestServer server, String room, String client)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server.http("/api/v1/rooms/" + room + "/members/" + client))
            .PUT(BodyPublishers.noBody())
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).isLessThan(300);
    }
  }
}
