package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The queue of the JavaScript client in the storage of a real browser.
@Tag("system")
final class SharedQueueTest {
  private static final String ANA = "{ client: 'ana', device: null }";

  /// Lets so many chat messages of a page leave, and then none.
  private static final String LETS_25_THROUGH =
      """
      window.left = 25;
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (text) {
        if (JSON.parse(text).type !== 'chat' || left-- > 0) send.call(this, text);
      };
      """;

  private static final List<String> FIFTY =
      IntStream.range(0, 50).mapToObj(i -> "message " + i).toList();

  @ParameterizedTest
  @Tag("long")
  @CsvSource({"localStore, closed", "indexedStore, frozen"})
  void whatATabLeavesInTheOtherStoreAnotherTabSends(String store, String end) {
    whatATabLeavesAnotherTabSends(store, end);
  }

  @ParameterizedTest
  @CsvSource({"localStore, frozen", "indexedStore, closed"})
  void whatATabLeavesAnotherTabSends(String store, String end) {
    try (TestServer server = TestServer.start();
        Gateway gateway = Gateway.to(server.port()).withWebSocket();
        Browser browser = Browser.speaking("es")) {
      ClientTab other = ClientTab.open(browser, gateway.http("/empty"), ANA, store);
      eventually(() -> assertThat(other.state()).isEqualTo("online websocket"));
      ClientTab sender = new ClientTab(browser.open(gateway.http("/empty")));
      sender.tab().prepare(LETS_25_THROUGH);
      sender.tab().reload();
      sender.start(ANA, store);
      eventually(() -> assertThat(sender.state()).isEqualTo("online websocket"));
      sender.say(FIFTY);
      eventually(() -> assertThat(other.entries()).hasSize(25));
      assertThat(sender.outgoing()).as("not all was sent").hasSize(25);
      if (end.equals("frozen")) {
        sender.tab().freeze(true);
      } else {
        sender.tab().close();
      }
      eventually(() -> assertThat(other.entries()).hasSizeGreaterThanOrEqualTo(FIFTY.size()));
      if (end.equals("frozen")) {
        sender.tab().freeze(false);
        sender.tab().perform("window.left = Infinity");
        gateway.fail(true);
        gateway.fail(false);
        eventually(() -> assertThat(sender.outgoing()).isEmpty());
      }
      assertThat(other.entries()).as("each once and in order").isEqualTo(FIFTY);
    }
  }

  /// What another tab sends was in that store, too.
  @Test
  @Tag("long")
  void whatWaitsInTheLocalStoreSurvivesAReload() {
    whatWaitsSurvivesAReload("localStore");
  }

  @Test
  void whatWaitsSurvivesAReload() {
    whatWaitsSurvivesAReload("indexedStore");
  }

  private static void whatWaitsSurvivesAReload(String store) {
    try (TestServer server = TestServer.start();
        Gateway gateway = Gateway.to(server.port()).withWebSocket();
        Browser browser = Browser.speaking("es")) {
      gateway.fail(true);
      ClientTab tab = ClientTab.open(browser, gateway.http("/empty"), ANA, store);
      tab.say(List.of("one", "two"));
      eventually(() -> assertThat(tab.kept()).isEqualTo(2));
      tab.tab().reload();
      tab.start(ANA, store);
      eventually(() -> assertThat(tab.outgoing()).isEqualTo(List.of("one", "two")));
      tab.say(List.of("three"));
      gateway.fail(false);
      eventually(() -> assertThat(tab.entries()).isEqualTo(List.of("one", "two", "three")));
      eventually(() -> assertThat(tab.outgoing()).isEmpty());
    }
  }

  @Test
  @Tag("long")
  void whereTheLocalStoreIsDeniedItSendsAndSaysSo() {
    whereStorageIsDeniedItSendsAndSaysSo("localStore");
  }

  @Test
  void whereStorageIsDeniedItSendsAndSaysSo() {
    whereStorageIsDeniedItSendsAndSaysSo("indexedStore");
  }

  private static void whereStorageIsDeniedItSendsAndSaysSo(String store) {
    try (TestServer server = TestServer.start();
        Gateway gateway = Gateway.to(server.port()).withWebSocket();
        Browser browser = Browser.withoutStorage()) {
      ClientTab tab = ClientTab.open(browser, gateway.http("/empty"), ANA, store);
      tab.say(List.of("one", "two"));
      eventually(() -> assertThat(tab.entries()).isEqualTo(List.of("one", "two")));
      assertThat(tab.durable()).isEqualTo(List.of(false));
    }
  }

  @Test
  void whereStorageIsFullItSendsAndSaysSo() {
    try (TestServer server = TestServer.start();
        Gateway gateway = Gateway.to(server.port()).withWebSocket();
        Browser browser = Browser.speaking("es")) {
      Tab page = browser.open(gateway.http("/empty"));
      page.perform(
          """
          for (let size = 1 << 22; size; size >>= 1) {
            try {
              for (;;) localStorage.setItem(`full ${Math.random()}`, 'x'.repeat(size));
            } catch {}
          }
          """);
      ClientTab tab = new ClientTab(page);
      tab.start(ANA, "localStore");
      tab.say(List.of("one", "two"));
      eventually(() -> assertThat(tab.entries()).isEqualTo(List.of("one", "two")));
      assertThat(tab.durable()).isEqualTo(List.of(false));
      tab.tab().perform("localStorage.clear()");
      eventually(() -> assertThat(tab.durable()).isEqualTo(List.of(false, true)));
    }
  }
}
