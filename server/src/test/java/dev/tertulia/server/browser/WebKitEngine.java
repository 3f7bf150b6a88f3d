package dev.tertulia.server.browser;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.MutableCapabilities;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.remote.RemoteWebDriver;

/// WebKitGTK's small browser, driven by its WebDriver, on a virtual screen.
final class WebKitEngine implements Engine {
  private static final String BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

  private final Process service;
  private final RemoteWebDriver driver;
  private boolean used;

  private WebKitEngine(Process service, RemoteWebDriver driver) {
    this.service = service;
    this.driver = driver;
  }

  static WebKitEngine start(Path folder) {
    int port = freePort();
    ProcessBuilder command =
        new ProcessBuilder("xvfb-run", "-a", "WebKitWebDriver", "--port=" + port);
    command
        .environment()
        .putAll(
            Map.of(
                "HOME", folder.toString(),
                "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1",
                "WEBKIT_DISABLE_COMPOSITING_MODE", "1"));
    Process service = Engine.run(command, folder.resolve("log"));
    try {
      Tab.patiently().ignoreExceptions().until(() -> answers(port));
      MutableCapabilities wanted = new MutableCapabilities();
      wanted.setCapability("browserName", "MiniBrowser");
      wanted.setCapability(
          "webkitgtk:browserOptions",
          Map.of("binary", BROWSER, "args", List.of("--automation", "--geometry=1280x800")));
      URI address = URI.create("http://127.0.0.1:" + port);
      return new WebKitEngine(service, new RemoteWebDriver(address.toURL(), wanted, false));
    } catch (IOException e) {
      Engine.end(service);
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      Engine.end(service);
      throw e;
    }
  }

  @Override
  public Page open(URI address) {
    if (used) {
      driver.switchTo().newWindow(WindowType.WINDOW);
    }
    used = true;
    String window = driver.getWindowHandle();
    driver.get(address.toString());
    return new Page() {
      @Override
      public String run(String script) {
        return (String) requireNonNull(here().executeScript(script), "the script returned nothing");
      }

      @Override
      public void reload() {
        here().navigate().refresh();
      }

      @Override
      public byte[] picture() {
        return here().getScreenshotAs(OutputType.BYTES);
      }

      private RemoteWebDriver here() {
        driver.switchTo().window(window);
        return driver;
      }
    };
  }

  @Override
  public void close() {
    try {
      driver.quit();
    } finally {
      Engine.end(service);
    }
  }

  private static boolean answers(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
