package dev.tertulia.server.browser;

import java.net.URI;

/// Chromium, as all other tests have it.
final class ChromiumEngine implements Engine {
  private final Browser browser = Browser.withServiceWorkers("es");

  @Override
  public Page open(URI address) {
    Tab tab = browser.open(address);
    return new Page() {
      @Override
      public String run(String script) {
        return (String) tab.run(script);
      }

      @Override
      public void reload() {
        tab.reload();
      }

      @Override
      public byte[] picture() {
        return tab.picture();
      }
    };
  }

  @Override
  public void close() {
    browser.close();
  }
}
