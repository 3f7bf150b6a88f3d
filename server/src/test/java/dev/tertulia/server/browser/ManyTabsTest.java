package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Tabs of one browser in a network without WebSocket: all their event streams share the few
/// connections that a browser opens to a host.
@Tag("system")
final class ManyTabsTest {
  /// That a browser opens to a host.
  private static final int CONNECTIONS = 6;

  private static final int TABS = CONNECTIONS + 2;

  @Test
  @Tag("long")
  void allTabsLoadAndReceive() {
    allTabsLoadAndReceive(true);
  }

  @Test
  @Tag("long")
  void withoutLocksAllTabsLoadAndReceive() {
    allTabsLoadAndReceive(false);
  }

  private static void allTabsLoadAndReceive(boolean locks) {
    try (TestServer server = TestServer.start();
        Gateway gateway = Gateway.to(server.port());
        Browser browser = Browser.speaking("es")) {
      List<ClientTab> tabs = new ArrayList<>();
      for (int i = 0; i < TABS; i++) {
        Tab tab = browser.open(gateway.http("/empty"));
        if (!locks) {
          // As on a page of plain http from another machine.
          tab.prepare("Object.defineProperty(navigator, 'locks', { value: undefined })");
          tab.reload();
        }
        tabs.add(new ClientTab(tab));
        tabs.getLast().start("{ client: 'tab-%s' }".formatted(i), "");
      }
      for (ClientTab tab : tabs) {
        eventually(() -> assertThat(tab.state()).isEqualTo("online http"));
      }
      List<String> messages = IntStream.range(0, TABS).mapToObj(i -> "from " + i).toList();
      for (int i = 0; i < TABS; i++) {
        tabs.get(i).say(List.of(messages.get(i)));
      }
      for (ClientTab tab : tabs) {
        eventually(() -> assertThat(tab.entries()).hasSizeGreaterThanOrEqualTo(TABS));
        assertThat(tab.entries()).as("each once").isEqualTo(tabs.getFirst().entries());
        assertThat(tab.gaps()).isZero();
      }
      assertThat(tabs.getFirst().entries()).hasSize(TABS);
      if (locks) {
        assertThat(gateway.mostStreams())
            .as("three, and those that the gateway does not know yet to have ended")
            .isLessThan(CONNECTIONS);
      }
    }
  }
}
