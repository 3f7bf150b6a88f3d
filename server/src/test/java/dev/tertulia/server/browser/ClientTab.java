package dev.tertulia.server.browser;

import java.net.URI;
import java.util.List;

/// An empty page with the JavaScript client, in one tab: `client` in the room `lobby`, with what it
/// has received.
///
/// @param tab for what is not in the client
record ClientTab(Tab tab) {
  private static final String START =
      """
      const [options, store] = arguments;
      window.started = import('/client/index.js').then((module) => {
        if (store) options.store = window.store = module[store]();
        window.entries = [];
        window.gaps = 0;
        window.durable = [];
        window.states = [];
        window.client = new module.Tertulia(location.origin, options);
        client.on('state', ({ state, why, via }) => states.push(`${state} ${why ?? via ?? ''}`.trim()));
        client.on('error', ({ error, where }) => states.push(`error ${where}: ${error}`));
        client.on('durable', (durable) => window.durable.push(durable));
        window.lobby = client.room('lobby');
        lobby.on('entry', ({ type, message, system }) => type === 'chat' && !system && entries.push(message));
        lobby.on('gap', () => gaps++);
      });
      """;

  /// Opens the page, and starts a client in it.
  ///
  /// @param options the options of the client, in JSON
  /// @param store the function that makes its store, such as `localStore`; empty for the default
  static ClientTab open(Browser browser, URI page, String options, String store) {
    ClientTab opened = new ClientTab(browser.open(page));
    opened.start(options, store);
    return opened;
  }

  /// Starts a client in the page that the tab shows.
  void start(String options, String store) {
    tab.perform(START.replace("= arguments", "= [%s, %s]".formatted(options, quoted(store))));
    Tab.patiently().until(() -> (Boolean) tab.run("return 'lobby' in window"));
  }

  /// Sends messages to the room, without waiting for them.
  void say(List<String> messages) {
    tab.perform(
        "for (const message of arguments[0]) lobby.send(message).catch(() => {})", messages);
  }

  /// The messages that came, in their order.
  List<?> entries() {
    return (List<?>) tab.run("return entries");
  }

  /// The messages that wait to be confirmed.
  List<?> outgoing() {
    return (List<?>) tab.run("return lobby.outgoing.map(({ frame }) => frame.message)");
  }

  /// The number of messages that its store keeps for the next page.
  long kept() {
    return (Long)
        tab.run(
            "return Promise.resolve(store.keys('')).then((keys) =>"
                + " keys.filter((key) => key.includes(':out:item:')).length)");
  }

  /// The number of gaps.
  long gaps() {
    return (Long) tab.run("return gaps");
  }

  /// How the client is connected, as `online http`; or why it is not.
  String state() {
    return (String) tab.run("return states.at(-1)");
  }

  /// How the client was connected, from its start on.
  List<?> states() {
    return (List<?>) tab.run("return states");
  }

  /// What it has said of its queue: whether it would survive.
  List<?> durable() {
    return (List<?>) tab.run("return durable");
  }

  private static String quoted(String text) {
    return text.isEmpty() ? "null" : "'" + text + "'";
  }
}
