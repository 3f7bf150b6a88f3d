package dev.tertulia.server.browser;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/// A Chromium without a screen. It starts with no cookies and no storage, and forgets all when it
/// is closed. Its process then rests until a browser of the same kind is asked for, and ends with
/// the JVM, because a start costs more than many a test.
///
/// The tabs that it [opens][#open] have no service workers, as those of a page that did not come
/// over TLS have none: to install one costs as much as the page itself. One that is to have them
/// says so, and `-Dtest.service.workers=true` gives them to all.
///
/// One thread drives it, and one tab at a time: whatever is asked of a [Tab] turns to that tab
/// first. Registered as an extension of a test class, it closes its tabs after each test, and
/// itself after the last.
final class Browser implements AutoCloseable, AfterEachCallback, AfterAllCallback {
  private static final Path BINARY = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

  /// Warns that Selenium has no classes of its own for this Chromium's protocol, which are not
  /// used.
  private static final Logger VERSIONS =
      Logger.getLogger("org.openqa.selenium.devtools.CdpVersionFinder");

  private static final Dimension SIZE = new Dimension(1280, 800);

  /// The processes that nobody drives; guarded by itself.
  private static final Map<Kind, Deque<ChromeDriver>> RESTING = new HashMap<>();

  private final Kind kind;
  private final boolean workers;
  private final ChromeDriver driver;
  private final Windows windows;
  private final String blank;

  /// The origins that it has opened, which may have stored something.
  private final Set<String> origins = new HashSet<>();

  /// What a process is started for.
  ///
  /// @param language what its user reads
  /// @param stores whether its user lets sites store anything
  private record Kind(String language, boolean stores) {}

  private Browser(Kind kind, boolean workers) {
    this.kind = kind;
    this.workers = workers || Boolean.getBoolean("test.service.workers");
    @Nullable ChromeDriver resting;
    synchronized (RESTING) {
      resting = RESTING.computeIfAbsent(kind, any -> new ArrayDeque<>()).poll();
    }
    driver = resting == null ? start(kind) : resting;
    windows = new Windows(driver);
    blank = driver.getWindowHandle();
  }

  /// Starts one whose user reads this language, such as `es` or `en`.
  static Browser speaking(String language) {
    return new Browser(new Kind(language, /* stores= */ true), /* workers= */ false);
  }

  /// The same, with service workers.
  static Browser withServiceWorkers(String language) {
    return new Browser(new Kind(language, /* stores= */ true), /* workers= */ true);
  }

  /// Starts one whose user lets no site store anything: the name `localStorage` throws there.
  static Browser withoutStorage() {
    return new Browser(new Kind("es", /* stores= */ false), /* workers= */ false);
  }

  private static ChromeDriver start(Kind kind) {
    assertThat(List.of(BINARY, DRIVER))
        .as("what `apt-get install chromium chromium-driver` installs")
        .allMatch(Files::isExecutable);
    VERSIONS.setLevel(Level.SEVERE);
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(BINARY.toString());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // What a start would do besides.
        "--disable-breakpad",
        "--disable-component-extensions-with-background-pages",
        "--disable-features=MediaRouter,OptimizationGuideOnDeviceModel,OptimizationHints,Translate",
        "--no-first-run",
        "--hide-scrollbars",
        "--window-size=" + SIZE.width + "," + SIZE.height,
        "--lang=" + kind.language);
    Map<String, Object> preferences = new HashMap<>();
    preferences.put("intl.accept_languages", kind.language);
    if (!kind.stores) {
      preferences.put("profile.default_content_setting_values.cookies", 2);
    }
    options.setExperimentalOption("prefs", preferences);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build();
    ChromeDriver driver = new ChromeDriver(service, options);
    Runtime.getRuntime().addShutdownHook(new Thread(driver::quit));
    return driver;
  }

  /// Opens an address in a new tab.
  Tab open(URI address) {
    origins.add("%s://%s".formatted(address.getScheme(), address.getAuthority()));
    windows.turnTo(blank);
    Tab tab = new Tab(windows, windows.open());
    if (!workers) {
      tab.prepare("delete Navigator.prototype.serviceWorker;");
    }
    tab.go(address);
    return tab;
  }

  /// Does what opens a tab, and finds the tab that it opened.
  Tab openedBy(Runnable action) {
    Set<String> before = driver.getWindowHandles();
    action.run();
    List<String> opened =
        Tab.patiently()
            .until(
                () -> {
                  List<String> handles = new ArrayList<>(driver.getWindowHandles());
                  handles.removeAll(before);
                  return handles;
                },
                handles -> handles.size() == 1);
    return new Tab(windows, opened.getFirst());
  }

  /// The errors and warnings that the console has shown since this was last asked: what scripts
  /// threw, what could not be loaded, what the Content-Security-Policy forbade.
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /// Closes all tabs, and forgets what they complained of.
  void closeTabs() {
    for (String handle : driver.getWindowHandles()) {
      if (!handle.equals(blank)) {
        windows.close(handle);
      }
    }
    windows.turnTo(blank);
    complaints();
  }

  @Override
  public void afterEach(ExtensionContext test) {
    closeTabs();
  }

  @Override
  public void afterAll(ExtensionContext tests) {
    close();
  }

  @Override
  public void close() {
    closeTabs();
    driver.executeCdpCommand("Browser.resetPermissions", Map.of());
    driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
    driver.executeCdpCommand("Network.clearBrowserCache", Map.of());
    for (String origin : origins) {
      driver.executeCdpCommand(
          "Storage.clearDataForOrigin", Map.of("origin", origin, "storageTypes", "all"));
    }
    // Also shows it, if a test has hidden it.
    driver.manage().window().setSize(SIZE);
    synchronized (RESTING) {
      requireNonNull(RESTING.get(kind)).push(driver);
    }
  }
}
