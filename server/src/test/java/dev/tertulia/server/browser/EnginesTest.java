package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.browser.Engine.Page;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What has to work in every browser, in the three engines that there are: the client in an empty
/// page, and the page made with it. A picture of each page is left in `target/pictures/engines`.
@Tag("system")
final class EnginesTest {
  private static final Path PICTURES = Path.of("target", "pictures", "engines");

  private static final String START =
      """
      window.seen = [];
      import('/static/tertulia.js').then(({ Tertulia, localStore }) => {
        window.client = new Tertulia(location.origin, { ...OPTIONS, store: localStore() });
        client.on('error', ({ error }) => seen.push(`error ${error}`));
        client.inbox.on('notification', ({ message }) => seen.push(`notification ${message}`));
        window.lobby = client.room('lobby');
        lobby.on('entry', ({ type, message }) => type === 'chat' && seen.push(message));
      });
      return '';
      """;

  /// Ends what moves, for the picture.
  private static final String SETTLE =
      """
      for (const animation of document.getAnimations()) {
        if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
      }
      return '';
      """;

  private static final String SEEN = "return seen.join()";

  /// What all other tests of pages run in.
  @Test
  @Tag("long")
  void theClientAndThePageWorkInChromium(@TempDir Path folder) throws IOException {
    theClientAndThePageWork(Engine.Name.CHROMIUM, folder);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CHROMIUM")
  void theClientAndThePageWork(Engine.Name name, @TempDir Path folder) throws IOException {
    try (TestServer server = TestServer.start();
        Gateway gateway = Gateway.to(server.port()).withWebSocket();
        Engine engine = name.start(folder)) {
      client(engine, gateway, "websocket");
      client(engine, gateway, "http");
      page(engine, server, name);
    }
  }

  private static void client(Engine engine, Gateway gateway, String transport) {
    String hello = "hola por " + transport;
    Page one = client(engine, gateway, "one", transport);
    Page other = client(engine, gateway, "other", transport);
    one.run("lobby.send('%s'); return ''".formatted(hello));
    eventually(() -> assertThat(other.run(SEEN)).endsWith(hello));
    other.run("client.notify('one', 'la cena'); return ''");
    eventually(() -> assertThat(one.run(SEEN)).endsWith("notification la cena"));
    other.reload();
    start(other, "other", transport);
    eventually(() -> assertThat(other.run(SEEN)).endsWith(hello).doesNotContain("error"));
    one.run("client.close(); return ''");
    other.run("client.close(); return ''");
  }

  private static Page client(Engine engine, Gateway gateway, String client, String transport) {
    Page page = engine.open(gateway.http("/empty"));
    start(page, client, transport);
    return page;
  }

  private static void start(Page page, String client, String transport) {
    page.run(
        START.replace("OPTIONS", "{ client: '%s', transport: '%s' }".formatted(client, transport)));
    eventually(() -> assertThat(page.run("return window.client?.state ?? ''")).isEqualTo("online"));
  }

  private static void page(Engine engine, TestServer server, Engine.Name name) throws IOException {
    Page one = engine.open(server.http("/"));
    Page other = engine.open(server.http("/"));
    awaitConnected(one);
    awaitConnected(other);
    say(one, "hola a todos", "#send");
    awaitEntry(other, ".chat", "hola a todos");
    say(other, "la cena está lista", "#notify-all");
    awaitEntry(one, ".broadcast", "la cena está lista");
    say(one, "solo para mí", "#notify-self");
    awaitEntry(one, ".personal", "solo para mí");
    one.run(SETTLE);
    Files.createDirectories(PICTURES);
    String file = name.name().toLowerCase(Locale.ROOT) + ".png";
    Files.write(PICTURES.resolve(file), one.picture());
  }

  private static void awaitConnected(Page page) {
    String connected = "#state[data-phase=online]";
    eventually(() ->
        assertThat(page.run("return `${!!document.querySelector('%s')}`".formatted(connected)))
            .isEqualTo("true"));
  }

  /// Fills the field in, and presses a button.
  private static void say(Page page, String text, String button) {
    page.run(
        """
        const field = document.querySelector('#message');
        field.value = '%s';
        field.dispatchEvent(new Event('input', { bubbles: true }));
        document.querySelector('%s').click();
        return '';
        """
            .formatted(text, button));
  }

  private static void awaitEntry(Page page, String kind, String text) {
    String texts =
        "return [...document.querySelectorAll('#log .entries > %s')].map((entry) => entry.textContent).join()"
            .formatted(kind);
    eventually(() -> assertThat(page.run(texts)).contains(text));
  }
}
