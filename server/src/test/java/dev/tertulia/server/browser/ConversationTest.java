package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The conversation as the page's model has it, without its elements: Ana's in the room `sala`,
/// where Luis writes through a client of his own.
@Tag("system")
final class ConversationTest {
  private static final String START =
      """
      const { Tertulia } = await import('/static/tertulia.js');
      const { Conversation } = await import('/static/js/conversation.js');
      const { Bell } = await import('/static/js/bell.js');
      const start = (client, name) => new Tertulia(location.origin, { client, name });
      window.leave = (client) => client.close();
      window.enter = () => {
        window.ana = start('ana', 'Ana');
        window.talk = new Conversation(ana, ana.room('sala'), new Bell(ana));
      };
      window.luis = start('luis', 'Luis');
      window.there = luis.room('sala');
      window.said = () => talk.entries.map(({ kind, sender, text, state }) => `${kind} ${sender}: ${text} (${state})`);
      return true;
      """;

  private static Browser browser;
  private TestServer server;
  private Tab tab;

  @BeforeAll
  static void startBrowser() {
    browser = Browser.speaking("es");
  }

  @BeforeEach
  void startServer() {
    server = TestServer.start();
    tab = browser.open(server.http("/static/manifest.webmanifest"));
    async(START);
  }

  @AfterEach
  void stopServer() {
    browser.closeTabs();
    server.close();
  }

  @AfterAll
  static void closeBrowser() {
    browser.close();
  }

  @Test
  void whatIsNewBeginsWhereReadingStopped() {
    async("for (const text of ['uno', 'dos', 'tres']) await there.send(text); enter(); return 1");
    awaitThat("talk.loaded && talk.entries.length", "3");
    awaitThat("talk.firstNew", "null");
    tab.perform("talk.atEnd = true");
    awaitUnread("0");

    async(
        "talk.close(); await leave(ana); await there.send('cuatro'); await there.send('cinco');"
            + " enter(); return 1");
    awaitThat("talk.loaded && talk.entries.length", "5");
    awaitThat("talk.entries.find(({ key }) => key === talk.firstNew)?.text", "cuatro");
    awaitUnread("2");
    tab.perform("talk.atEnd = true");
    awaitUnread("0");
    awaitThat("talk.entries.find(({ key }) => key === talk.firstNew)?.text", "cuatro");
    tab.perform("talk.send('seis')");
    awaitThat("talk.firstNew", "null");

    awaitThat("talk.entries.at(-1).state", "stored");
    async("talk.atEnd = false; await there.send('siete'); return 1");
    awaitThat("talk.entries.find(({ key }) => key === talk.firstNew)?.text", "siete");
    awaitThat("talk.received", "1");
  }

  @Test
  void aMessageIsChangedAnsweredAndFailsVisibly() {
    async("enter(); await there.send('uno'); return 1");
    awaitThat("said().join()", "chat Luis: uno (stored)");
    async("await talk.send('dos', { replyTo: talk.entries[0] }); return 1");
    awaitThat("said().join()", "chat Luis: uno (stored),chat Ana: dos (stored)");
    awaitThat("talk.entries[1].replyTo.original.message", "uno");

    async(
        "await talk.edit(talk.entries[1], 'dos y medio'); await there.edit(talk.entries[0].offset,"
            + " 'una'); return 1");
    awaitThat("said().join()", "chat Luis: una (stored),chat Ana: dos y medio (stored)");
    awaitThat("talk.entries[1].replyTo.original.message", "una");
    awaitThat("talk.entries[1].edited > 0", "true");

    async(
        "await talk.react(talk.entries[0], '👍'); await there.react(talk.entries[0].offset, '👍');"
            + " return 1");
    awaitThat(
        "JSON.stringify(talk.entries[0].reactions)",
        "[{\"emoji\":\"👍\",\"count\":2,\"mine\":true}]");
    async("await talk.react(talk.entries[0], '👍'); return 1");
    awaitThat(
        "JSON.stringify(talk.entries[0].reactions)",
        "[{\"emoji\":\"👍\",\"count\":1,\"mine\":false}]");

    tab.perform("talk.edit(talk.entries[0], 'no es mío')");
    awaitThat("talk.problem?.code", "forbidden");
    async("await there.delete(talk.entries[0].offset); return 1");
    awaitThat("talk.entries[0].deleted && talk.entries[1].replyTo.original.deleted", "true");

    tab.perform("talk.send('ñ'.repeat(40_000))");
    awaitThat("`${talk.entries[2]?.state} ${talk.entries[2]?.error?.code}`", "failed too_large");
    tab.perform("talk.discard(talk.entries[2].key)");
    awaitThat("talk.entries.length", "2");
  }

  @Test
  void aReplyKnowsItsOriginalAlsoOutOfView() {
    async(
        """
        const { offset } = await there.send('la primera');
        await Promise.all(Array.from({ length: 120 }, (_, i) => there.send(`mensaje ${i}`)));
        await there.send('respuesta', { reply_to: offset });
        enter();
        return 1;
        """);
    awaitThat("talk.entries.at(-1)?.replyTo.original?.message", "la primera");
    awaitThat("talk.older", "true");
    async("await talk.goTo(talk.entries.at(-1).replyTo.offset); return 1");
    awaitThat("talk.entries[0].text", "la primera");
    awaitThat("talk.newer && talk.target.offset === talk.entries[0].offset", "true");
    async("await there.send('una más'); await talk.toEnd(); return 1");
    awaitThat("talk.entries.at(-1).text", "una más");
    awaitThat("talk.received", "1");
  }

  @Test
  void notificationsAndDeparturesStandAmongTheMessages() {
    async("enter(); return 1");
    awaitThat("talk.loaded", "true");
    async("await there.send('uno'); return 1");
    awaitThat("said().join()", "chat Luis: uno (stored)");
    async(
        "window.told = await luis.broadcast('a todos'); await luis.notify('ana', 'solo tú'); return"
            + " 1");
    awaitThat("talk.entries.length", "3");
    async("await there.send('dos'); return 1");
    awaitThat(
        "said().join()",
        "chat Luis: uno (stored),broadcast : a todos (stored),personal : solo tú (stored),chat"
            + " Luis: dos (stored)");
    async("await luis.inbox.revoke(told.id); return 1");
    awaitThat("talk.entries.length", "3");
    awaitThat("talk.received", "4");
    async("await leave(luis); return 1");
    awaitThat("said().at(-1)", "system Sistema: Cliente 'luis' se ha desconectado. (stored)");
  }

  @Test
  void theRoomTellsWhoIsThereAndWhoTypes() {
    async("enter(); return 1");
    awaitThat("talk.members.map(({ client }) => client).sort().join()", "ana,luis");
    awaitThat("talk.count", "2");
    tab.perform("there.typing()");
    awaitThat("talk.typing.join()", "Luis");
    async("await there.send('ya'); return 1");
    awaitThat("talk.typing.join()", "");
    async("await leave(luis); return 1");
    awaitThat("talk.members.map(({ client }) => client).join()", "ana");
  }

  private void async(String body) {
    tab.run("return (async () => {BODY})()".replace("BODY", body));
  }

  private void awaitThat(String expression, String value) {
    eventually(() ->
        assertThat(tab.run("return String(EXPRESSION)".replace("EXPRESSION", expression)))
            .isEqualTo(value));
  }

  private void awaitUnread(String unread) {
    eventually(() ->
        assertThat(
                tab.run(
                    "return ana.rooms().then((rooms) => String(rooms.find(({ room }) => room =="
                        + " 'sala')?.unread))"))
            .isEqualTo(unread));
  }
}
