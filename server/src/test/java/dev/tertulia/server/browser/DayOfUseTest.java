package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// A day with the page: Ana at her laptop and her phone, Luis at his, in two rooms. Networks fail,
/// the server is restarted, a page sleeps and another one is closed while it sends. In the end
/// every page shows what a fresh history says, to the message.
///
/// Each device reaches the server through a gateway of its own. So it has an origin of its own as
/// well, and with it its own storage.
@Tag("system")
final class DayOfUseTest {
  /// What the page shows, a line for each message.
  private static final String SHOWN =
      """
      return [...document.querySelectorAll('#log .entry.chat')].map((entry) => {
        const text = (css) => entry.querySelector(css)?.textContent.trim();
        const deleted = entry.querySelector('.text.deleted') !== null;
        const reactions = [...entry.querySelectorAll('.reaction')].map((reaction) =>
          ' ' + [...reaction.querySelectorAll('[aria-hidden]')].map((each) => each.textContent.trim()).join('')
            + (reaction.getAttribute('aria-pressed') === 'true' ? '*' : ''));
        return [
          entry.dataset.offset ?? entry.dataset.state, ' ', text('.who .sender'), ': ', deleted ? '(deleted)' : text('.text'),
          entry.querySelector('.edited') ? ' (edited)' : '',
          entry.querySelector('.quote') ? ` (to ${text('.quoted')})` : '', ...reactions,
        ].join('');
      });
      """;

  private TestServer server = TestServer.start();
  private final List<Device> devices = new ArrayList<>();

  /// A person's device: the page in one tab, behind a network of its own.
  private static final class Device {
    final String client;
    final Gateway network;
    final Browser browser;
    Tab tab;
    PageTab page;

    Device(Browser browser, TestServer server, String client) {
      this.browser = browser;
      this.client = client;
      network = Gateway.to(server.port()).withWebSocket();
      tab = browser.open(network.http("/empty"));
      tab.perform(
          "localStorage['tertulia.mode'] = 'browser'; localStorage['tertulia.client'] ="
              + " arguments[0]",
          client);
      tab.go(network.http("/"));
      page = new PageTab(tab);
      page.awaitPhase("online");
    }

    void openTabAgain() {
      tab = browser.open(network.http("/"));
      page = new PageTab(tab);
      page.awaitPhase("online");
    }

    void enter(String room) {
      tab.perform("location.hash = '#/salas/' + arguments[0]", room);
      eventually(() -> assertThat(tab.text("room-head h2")).isEqualTo(room));
      page.awaitPhase("online");
    }

    /// Does something with the message that has this text, by its row of actions.
    void act(String text, String... buttons) {
      String entry = find(text);
      tab.perform("document.querySelector(arguments[0]).focus()", entry);
      for (String button : buttons) {
        eventually(() -> assertThat(tab.has(entry + " " + button)).isTrue());
        tab.click(entry + " " + button);
      }
    }

    private String find(String text) {
      eventually(() -> assertThat(offset(text)).isPositive());
      return ".entry[data-offset='" + offset(text) + "']";
    }

    private long offset(String text) {
      return Long.parseLong(
          (String)
              tab.run(
                  """
                  const found = [...document.querySelectorAll('#log .entry.chat')].find((entry) =>
                    entry.querySelector('.text')?.textContent === arguments[0]);
                  return found?.dataset.offset ?? '0';
                  """,
                  text));
    }

    List<?> shown() {
      return (List<?>) tab.run(SHOWN);
    }

    int unread() {
      return Integer.parseInt(
          (String) tab.run("return document.querySelector('#bell').dataset.unread"));
    }
  }

  @Test
  @Tag("long")
  void everyPageShowsWhatTheServerHas() {
    try (Browser browser = Browser.withServiceWorkers("es")) {
      Device laptop = device(browser, "ana", "Ana");
      Device phone = device(browser, "ana", "Ana");
      Device luis = device(browser, "luis", "Luis");
      phone.tab.resize(390, 844, 1, true);

      talkInTheMorning(laptop, phone, luis);
      notifications(laptop, phone, luis);
      inTheKitchen(laptop, luis);
      restartTheServer(laptop, phone, luis);
      phoneSleeps(laptop, phone, luis);
      tabClosedWhileSending(laptop, phone, luis);

      for (String room : List.of("lobby", "cocina")) {
        for (Device device : devices) {
          device.enter(room);
          eventually(() ->
              assertThat(device.shown())
                  .as("%s of %s", room, device.client)
                  .isEqualTo(history(room, device.client)));
        }
      }
      assertThat(history("lobby", "ana").toString())
          .contains("buenas tardes (edited) (to buenos días) 👍2*")
          .contains("(deleted)");
    } finally {
      devices.forEach(device -> device.network.close());
      server.close();
    }
  }

  private Device device(Browser browser, String client, String name) {
    Device device = new Device(browser, server, client);
    device.page.rename(name);
    devices.add(device);
    return device;
  }

  private static void talkInTheMorning(Device laptop, Device phone, Device luis) {
    laptop.page.say("buenos días");
    luis.page.awaitSaid("chat Ana: buenos días");
    luis.act("buenos días", ".tool.reply");
    luis.page.say("buenas");
    phone.page.awaitSaid("chat Luis: buenas");
    eventually(() -> assertThat(phone.tab.text(".quoted")).isEqualTo("buenos días"));

    phone.act("buenas", ".tool.react", ".tool.quick");
    for (Device device : List.of(laptop, phone, luis)) {
      eventually(() -> assertThat(device.tab.text(".reaction .count")).isEqualTo("1"));
    }
    luis.tab.click(".reaction");
    for (Device device : List.of(laptop, phone, luis)) {
      eventually(() -> assertThat(device.tab.text(".reaction .count")).isEqualTo("2"));
    }
    eventually(() -> assertThat(luis.tab.text(".readers .unseen")).as("receipt").contains("Ana"));

    luis.tab.type("#message", Keys.ARROW_UP);
    eventually(() ->
        assertThat(luis.tab.run("return document.querySelector('#message').value"))
            .isEqualTo("buenas"));
    luis.tab.type("#message", " tardes", Keys.ENTER);
    laptop.page.awaitSaid("chat Luis: buenas tardes");
    phone.page.awaitSaid("chat Luis: buenas tardes");
  }

  private static void notifications(Device laptop, Device phone, Device luis) {
    luis.page.say("hoy hay reunión", "#notify-all");
    laptop.page.say("compra pan", "#notify-self");
    for (Device device : List.of(laptop, phone)) {
      eventually(() -> assertThat(device.unread()).isEqualTo(2));
    }
    laptop.tab.click("#bell");
    eventually(() -> assertThat(laptop.tab.has("#mark-all-read")).isTrue());
    laptop.tab.click("#mark-all-read");
    for (Device device : List.of(laptop, phone)) {
      eventually(() -> assertThat(device.unread()).as("read on one device").isZero());
    }
    assertThat(luis.unread()).isEqualTo(1);
    laptop.tab.press(Keys.ESCAPE);
  }

  private static void inTheKitchen(Device laptop, Device luis) {
    laptop.enter("cocina");
    luis.enter("cocina");
    luis.page.say("¿quién friega?");
    laptop.page.awaitSaid("chat Luis: ¿quién friega?");
    laptop.page.say("yo no");
    luis.page.awaitSaid("chat Ana: yo no");
    luis.act("¿quién friega?", ".tool.remove");
    luis.tab.click("#question [value=yes]");
    eventually(() -> assertThat(laptop.tab.has(".text.deleted")).isTrue());
    laptop.enter("lobby");
    luis.enter("lobby");
  }

  private void restartTheServer(Device laptop, Device phone, Device luis) {
    devices.forEach(device -> device.network.fail(true));
    devices.forEach(device -> device.page.awaitPhase("offline"));
    luis.page.say("durante el corte");
    laptop.page.say("yo también");
    server = server.restarted();
    devices.forEach(device -> device.network.leadTo(server.port()));
    devices.forEach(device -> device.network.fail(false));
    for (Device device : List.of(laptop, phone, luis)) {
      device.page.awaitSaid("chat Luis: durante el corte");
      device.page.awaitSaid("chat Ana: yo también");
    }
  }

  private static void phoneSleeps(Device laptop, Device phone, Device luis) {
    phone.tab.freeze(true);
    phone.network.fail(true);
    phone.network.fail(false);
    luis.page.say("uno");
    laptop.page.say("dos");
    luis.page.awaitSaid("chat Ana: dos");
    laptop.act("yo también", ".tool.remove");
    laptop.tab.click("#question [value=yes]");
    eventually(() -> assertThat(luis.tab.has(".text.deleted")).isTrue());
    luis.page.say("hora de comer", "#notify-all");
    phone.tab.freeze(false);
    phone.page.awaitSaid("chat Luis: uno");
    phone.page.awaitSaid("chat Ana: dos");
    eventually(() -> assertThat(phone.tab.has(".text.deleted")).isTrue());
    eventually(() -> assertThat(phone.unread()).isEqualTo(1));
  }

  private static void tabClosedWhileSending(Device laptop, Device phone, Device luis) {
    phone.network.fail(true);
    phone.page.awaitPhase("offline");
    phone.page.say("desde el móvil");
    eventually(() -> assertThat(phone.tab.has(".entry.own[data-state=waiting]")).isTrue());
    phone.tab.close();
    phone.network.fail(false);
    phone.openTabAgain();
    luis.page.awaitSaid("chat Ana: desde el móvil");
    phone.page.say("y otra");
    phone.tab.close();
    phone.openTabAgain();
    laptop.page.awaitSaid("chat Ana: y otra");
  }

  /// The lines of a fresh history, as its client would see them.
  private List<String> history(String room, String client) {
    try (FullPeer peer = FullPeer.connect(server.port(), client)) {
      peer.ask("'type':'hello'");
      List<Json> messages =
          peer.ask("'type':'history','limit':200,'room':'" + room + "'").objects("messages");
      Map<Long, String> texts = new HashMap<>();
      List<String> lines = new ArrayList<>();
      for (Json message : messages) {
        boolean deleted = message.has("deleted");
        String text = deleted ? "(deleted)" : message.text("message");
        texts.put(message.number("offset"), text);
        StringBuilder line =
            new StringBuilder(
                message.number("offset") + " " + message.text("sender") + ": " + text);
        if (!deleted && message.has("edited")) {
          line.append(" (edited)");
        }
        if (!deleted && message.has("reply_to")) {
          line.append(" (to ").append(texts.get(message.number("reply_to"))).append(')');
        }
        if (message.has("reactions")) {
          for (Json reaction : message.objects("reactions")) {
            line.append(' ').append(reaction.text("emoji")).append(reaction.number("count"));
            line.append(reaction.truth("mine") ? "*" : "");
          }
        }
        lines.add(line.toString());
      }
      return lines;
    }
  }
}
