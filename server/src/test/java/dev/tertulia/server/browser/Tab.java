package dev.tertulia.server.browser;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.awaitility.pollinterval.IterativePollInterval.iterative;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.interactions.WheelInput;

/// One tab of a [Browser].
///
/// To read it leaves it where it is, perhaps behind another. To type or click brings it to the
/// front, as a person would have to.
final class Tab {
  private static final Duration LONGEST_INTERVAL = Duration.ofMillis(300);

  private final Windows windows;
  private final String handle;

  Tab(Windows windows, String handle) {
    this.windows = windows;
    this.handle = handle;
  }

  /// Waits for as long as anything may take on a busy machine. It asks less and less often: a
  /// question keeps the browser from what it is asked about.
  static ConditionFactory patiently() {
    return await()
        .atMost(TestServer.PATIENCE)
        .pollInSameThread()
        .pollDelay(Duration.ZERO)
        .pollInterval(iterative(Tab::longer, Duration.ofMillis(20)));
  }

  private static Duration longer(Duration interval) {
    return Duration.ofMillis(Math.min(interval.toMillis() * 3 / 2, LONGEST_INTERVAL.toMillis()));
  }

  /// Tries an assertion until it holds.
  static void eventually(ThrowingRunnable assertion) {
    patiently().untilAsserted(assertion);
  }

  void go(URI address) {
    front().get(address.toString());
  }

  void reload() {
    front().navigate().refresh();
  }

  void close() {
    windows.close(handle);
  }

  /// Types into the field `css`, after what stands there.
  void type(String css, CharSequence... keys) {
    element(css).sendKeys(keys);
  }

  /// Types into whatever has the focus.
  void press(CharSequence... keys) {
    front().switchTo().activeElement().sendKeys(keys);
  }

  /// Writes over what stands in the field `css`.
  void write(String css, String text) {
    element(css).sendKeys(Keys.chord(Keys.CONTROL, "a"), text);
  }

  /// Clicks on the element `css`, once it can be reached: it may still be moving.
  void click(String css) {
    patiently()
        .ignoreExceptionsInstanceOf(ElementNotInteractableException.class)
        .until(() -> {
          element(css).click();
          return true;
        });
  }

  /// Moves the pointer into the corner, where it is on nothing.
  void leaveAlone() {
    new Actions(front()).moveToLocation(1, 1).perform();
  }

  /// Types into the field `css` in the shadow of the element `host`.
  void typeWithin(String host, String css, CharSequence... keys) {
    within(host, css).sendKeys(keys);
  }

  /// Clicks on what is in the shadow of the element `host`.
  void clickWithin(String host, String css) {
    within(host, css).click();
  }

  /// The texts of the elements that fit in the shadow of the element `host`.
  @SuppressWarnings("unchecked")
  List<String> textsWithin(String host, String css) {
    return (List<String>)
        run(
            """
            const shadow = document.querySelector(arguments[0])?.shadowRoot;
            return [...(shadow?.querySelectorAll(arguments[1]) ?? [])].map((each) => each.textContent.trim());
            """,
            host,
            css);
  }

  /// The words of an attribute, of all elements in the shadow of the element `host`.
  @SuppressWarnings("unchecked")
  List<String> attributesWithin(String host, String attribute) {
    return (List<String>)
        run(
            """
            const { shadowRoot } = document.querySelector(arguments[0]);
            const all = [...shadowRoot.querySelectorAll(`[${arguments[1]}]`)];
            return [...new Set(all.flatMap((each) => each.getAttribute(arguments[1]).split(' ')))];
            """,
            host,
            attribute);
  }

  /// Turns the wheel of the mouse over an element, as often as this; up, if it is negative.
  void wheel(String css, int pixels, int times) {
    WheelInput.ScrollOrigin origin = WheelInput.ScrollOrigin.fromElement(element(css));
    Actions actions = new Actions(here());
    for (int i = 0; i < times; i++) {
      actions.scrollFromOrigin(origin, 0, pixels);
    }
    actions.perform();
  }

  /// The text of the first element that fits; empty if there is none.
  String text(String css) {
    return (String)
        run("return document.querySelector(arguments[0])?.textContent.trim() ?? ''", css);
  }

  /// How many elements fit.
  int count(String css) {
    return ((Long) run("return document.querySelectorAll(arguments[0]).length", css)).intValue();
  }

  boolean has(String css) {
    return count(css) > 0;
  }

  /// What a computed style says, such as `background-color`.
  String style(String css, String property) {
    return (String)
        run(
            "return getComputedStyle(document.querySelector(arguments[0]))"
                + ".getPropertyValue(arguments[1])",
            css,
            property);
  }

  /// Runs the body of a function in the page.
  Object run(String script, Object... arguments) {
    return requireNonNull(here().executeScript(script, arguments), "the script returned nothing");
  }

  /// Runs the body of a function in the page, for what it does.
  void perform(String script, Object... arguments) {
    here().executeScript(script, arguments);
  }

  /// Runs the body of a function that stands in a file beside this class.
  Object runFile(String name, Object... arguments) {
    try (@Nullable InputStream in = Tab.class.getResourceAsStream(name)) {
      return run(
          new String(requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8), arguments);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes the window of the page as large as this, in CSS pixels.
  void resize(int width, int height, double scale, boolean phone) {
    cdp(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", phone));
  }

  /// Asks the page for its dark or its light theme.
  void prefer(String colourScheme) {
    cdp(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colourScheme))));
  }

  /// Lets the page do what it would ask for, such as `notifications`.
  ///
  /// @param answer `granted`, `denied`, or `prompt` for a person who has not answered yet
  void permit(String what, String answer) {
    cdp("Browser.setPermission", Map.of("permission", Map.of("name", what), "setting", answer));
  }

  /// Runs a script in each page of this tab from now on, before those of the page.
  void prepare(String script) {
    cdp("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
  }

  /// Freezes the page, as a browser does with one that was long out of sight, or lets it go on.
  void freeze(boolean frozen) {
    cdp("Page.setWebLifecycleState", Map.of("state", frozen ? "frozen" : "active"));
  }

  /// Takes the network away from the page, or gives it back. A connection that is open may stay so.
  void offline(boolean offline) {
    cdp(
        "Network.emulateNetworkConditions",
        Map.of("offline", offline, "latency", 0, "downloadThroughput", -1, "uploadThroughput", -1));
  }

  /// Hides the window.
  void minimize() {
    here().manage().window().minimize();
  }

  byte[] picture() {
    return front().getScreenshotAs(OutputType.BYTES);
  }

  private void cdp(String command, Map<String, Object> parameters) {
    here().executeCdpCommand(command, parameters);
  }

  private WebElement element(String css) {
    return front().findElement(By.cssSelector(css));
  }

  private WebElement within(String host, String css) {
    return element(host).getShadowRoot().findElement(By.cssSelector(css));
  }

  private ChromeDriver front() {
    cdp("Page.bringToFront", Map.of());
    return here();
  }

  private ChromeDriver here() {
    return windows.turnTo(handle);
  }
}
