package dev.tertulia.server.browser;

import org.jspecify.annotations.Nullable;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;

/// The tabs of one driver, which it turns to one at a time. It is told to turn only if it is at
/// another one: half of what the tests ask of it would be that otherwise.
///
/// All of its turning is done here. For one thread.
final class Windows {
  private final ChromeDriver driver;

  /// The tab that the driver is at, if it is known.
  private @Nullable String at;

  Windows(ChromeDriver driver) {
    this.driver = driver;
  }

  /// The driver, at this tab.
  ChromeDriver turnTo(String handle) {
    if (!handle.equals(at)) {
      at = null;
      driver.switchTo().window(handle);
      at = handle;
    }
    return driver;
  }

  /// Opens a tab beside the one that the driver is at, and turns to it.
  String open() {
    at = null;
    driver.switchTo().newWindow(WindowType.TAB);
    String opened = driver.getWindowHandle();
    at = opened;
    return opened;
  }

  /// Closes a tab. The driver is at none then.
  void close(String handle) {
    turnTo(handle).close();
    at = null;
  }
}
