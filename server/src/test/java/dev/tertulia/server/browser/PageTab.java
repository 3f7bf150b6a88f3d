package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.util.List;
import org.openqa.selenium.Keys;

/// The page in one tab: what a person sees and does in it.
///
/// @param tab for what is not in the page
record PageTab(Tab tab) {
  /// One entry of the conversation.
  ///
  /// @param kind `chat`, `personal`, `broadcast` or `system`
  /// @param own whether it is from this tab
  /// @param state `stored`, `waiting`, `sending` or `failed`
  record Entry(String kind, boolean own, String state, String client, String sender, String text) {
    /// Such as `chat Ana: hola`.
    String said() {
      return sender.isEmpty() ? kind + " " + text : "%s %s: %s".formatted(kind, sender, text);
    }
  }

  private static final String ENTRIES =
      """
      const kinds = ['chat', 'personal', 'broadcast', 'system'];
      return [...document.querySelectorAll('#log .entries > .entry')].map((entry) => [
        kinds.find((kind) => entry.classList.contains(kind)),
        entry.classList.contains('own'),
        entry.dataset.state,
        entry.dataset.client ?? '',
        entry.querySelector('.sender')?.textContent.trim() ?? '',
        entry.querySelector('.text').textContent,
      ]);
      """;

  /// Opens the page, and waits until it is connected.
  static PageTab open(Browser browser, TestServer server) {
    PageTab page = new PageTab(browser.open(server.http("/")));
    page.awaitPhase("online");
    return page;
  }

  /// Opens the page for somebody with a name.
  static PageTab open(Browser browser, TestServer server, String name) {
    PageTab page = open(browser, server);
    page.rename(name);
    return page;
  }

  String clientId() {
    return tab.text("#client-id");
  }

  /// Opens the settings, which a phone has in its drawer, and changes the name.
  void rename(String name) {
    tab.perform("document.querySelector('#me').click()");
    eventually(() -> assertThat(tab.has("#settings[open] #name:focus")).isTrue());
    tab.write("#name", name);
    tab.type("#name", Keys.ENTER);
    eventually(() -> assertThat(tab.has("#settings[open]")).isFalse());
  }

  /// Types a message, and sends it with Enter.
  void say(String text) {
    tab.type("#message", text, Keys.ENTER);
  }

  /// Types a message, and presses a button: `#send`, `#notify-self` or `#notify-all`.
  void say(String text, String button) {
    tab.type("#message", text);
    tab.click(button);
  }

  @SuppressWarnings("unchecked")
  List<Entry> entries() {
    return ((List<List<Object>>) tab.run(ENTRIES)).stream().map(PageTab::entry).toList();
  }

  /// All that was said, such as `chat Ana: hola`.
  List<String> said() {
    return entries().stream().map(Entry::said).toList();
  }

  /// Waits for an entry, such as `chat Ana: hola`, that the server has.
  void awaitSaid(String said) {
    eventually(() ->
        assertThat(entries())
            .filteredOn(entry -> entry.state().equals("stored"))
            .extracting(Entry::said)
            .contains(said));
  }

  /// Waits for a state of the connection: `connecting`, `online`, `offline` or `stopped`.
  void awaitPhase(String phase) {
    eventually(() -> assertThat(tab.count("#state[data-phase=" + phase + "]")).isOne());
  }

  private static Entry entry(List<Object> entry) {
    return new Entry(
        (String) entry.get(0),
        (boolean) entry.get(1),
        (String) entry.get(2),
        (String) entry.get(3),
        (String) entry.get(4),
        (String) entry.get(5));
  }
}
