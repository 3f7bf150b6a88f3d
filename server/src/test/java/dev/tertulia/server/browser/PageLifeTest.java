package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The JavaScript client in what happens to a page of a real browser in a day: it is frozen, left
/// and returned to, and its network goes and comes back.
@Tag("system")
final class PageLifeTest {
  private static Browser browser;

  private TestServer server;
  private Gateway gateway;
  private Gateway other;
  private ClientTab ana;
  private ClientTab luis;

  @BeforeAll
  static void start() {
    browser = Browser.withServiceWorkers("es");
  }

  @AfterAll
  static void stop() {
    browser.close();
  }

  @BeforeEach
  void connect() {
    server = TestServer.start();
    gateway = Gateway.to(server.port()).withWebSocket();
    other = Gateway.to(server.port()).withWebSocket();
    ana = ClientTab.open(browser, gateway.http("/empty"), "{ client: 'ana' }", "");
    luis = ClientTab.open(browser, other.http("/empty"), "{ client: 'luis' }", "");
    for (ClientTab tab : List.of(ana, luis)) {
      eventually(() -> assertThat(tab.state()).isEqualTo("online websocket"));
    }
    say("one");
  }

  @AfterEach
  void end() {
    browser.closeTabs();
    gateway.close();
    other.close();
    server.close();
  }

  @Test
  void aClickOnAnAddressOfMailLeavesTheConnectionAsItIs() {
    ana.tab()
        .perform(
            """
            window.unloading = false;
            addEventListener('beforeunload', () => (window.unloading = true));
            document.body.innerHTML = '<a href="mailto:luis@example.org">mail</a>';
            """);
    ana.tab().click("a");
    eventually(() -> assertThat(ana.tab().run("return unloading")).isEqualTo(true));
    luis.say(List.of("two"));
    eventually(() -> assertThat(ana.entries()).isEqualTo(List.of("one", "two")));
    assertThat(ana.states()).isEqualTo(List.of("connecting", "online websocket"));
  }

  @Test
  void backFromTheCacheOfTheBrowserItHasWhatItMissed() {
    ana.tab().perform("addEventListener('pageshow', ({ persisted }) => (window.kept = persisted))");
    ana.tab().go(gateway.http("/empty?another"));
    luis.say(List.of("two", "three"));
    eventually(() -> assertThat(luis.entries()).hasSize(3));
    ana.tab().perform("history.back()");
    eventually(() -> assertThat(ana.tab().run("return window.kept ?? false")).isEqualTo(true));
    eventually(() -> assertThat(ana.entries()).isEqualTo(List.of("one", "two", "three")));
    assertThat(ana.gaps()).isZero();
  }

  @Test
  void afterItWasFrozenAndItsConnectionWasCutItHasWhatItMissed() {
    ana.tab().freeze(true);
    gateway.fail(true);
    gateway.fail(false);
    luis.say(List.of("two", "three"));
    eventually(() -> assertThat(luis.entries()).hasSize(3));
    ana.tab().freeze(false);
    eventually(() -> assertThat(ana.entries()).isEqualTo(List.of("one", "two", "three")));
    assertThat(ana.gaps()).isZero();
  }

  @Test
  void withoutANetworkWhatIsSentWaitsAndThenArrivesOnce() {
    ana.tab().offline(true);
    gateway.fail(true);
    eventually(() -> assertThat(ana.state()).doesNotStartWith("online"));
    ana.say(List.of("two"));
    luis.say(List.of("three"));
    eventually(() -> assertThat(luis.entries()).hasSize(2));
    gateway.fail(false);
    ana.tab().offline(false);
    eventually(() -> assertThat(ana.outgoing()).isEmpty());
    List<String> all = List.of("one", "three", "two");
    eventually(() -> assertThat(ana.entries()).isEqualTo(all));
    eventually(() -> assertThat(luis.entries()).isEqualTo(all));
  }

  private void say(String message) {
    luis.say(List.of(message));
    for (ClientTab tab : List.of(ana, luis)) {
      eventually(() -> assertThat(tab.entries()).isEqualTo(List.of(message)));
    }
  }
}
