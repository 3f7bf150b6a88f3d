package dev.tertulia.server.browser;

import static java.util.Objects.requireNonNull;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.json.Json;

/// Firefox, driven by WebDriver BiDi without a program between, because Debian has none for it.
final class FirefoxEngine implements Engine {
  private static final Pattern LISTENS = Pattern.compile("BiDi listening on (ws://\\S+)");

  /// So that it asks nothing, fetches nothing by itself, and reads Spanish.
  private static final String PREFERENCES =
      """
      user_pref("app.update.disabledForTesting", true);
      user_pref("browser.shell.checkDefaultBrowser", false);
      user_pref("browser.startup.homepage_override.mstone", "ignore");
      user_pref("datareporting.policy.dataSubmissionEnabled", false);
      user_pref("network.captive-portal-service.enabled", false);
      user_pref("network.connectivity-service.enabled", false);
      user_pref("services.settings.server", "data:,");
      user_pref("intl.accept_languages", "es");
      """;

  private final Process program;
  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<Map<String, Object>> answers = new LinkedBlockingQueue<>();
  private final WebSocket socket;
  private int asked;

  private FirefoxEngine(Process program, URI address) {
    this.program = program;
    socket = http.newWebSocketBuilder().buildAsync(address, new Answers()).join();
    ask("session.new", Map.of("capabilities", Map.of()));
  }

  static FirefoxEngine start(Path folder) {
    Path log = folder.resolve("log");
    try {
      Files.writeString(folder.resolve("user.js"), PREFERENCES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ProcessBuilder command =
        new ProcessBuilder(
            "firefox-esr",
            "--headless",
            "--no-remote",
            "--width=1280",
            "--height=800",
            "--profile",
            folder.toString(),
            "--remote-debugging-port=0");
    command.environment().put("HOME", folder.toString());
    Process program = Engine.run(command, log);
    try {
      Matcher listens =
          Tab.patiently().until(() -> LISTENS.matcher(Files.readString(log)), Matcher::find);
      return new FirefoxEngine(program, URI.create(listens.group(1) + "/session"));
    } catch (RuntimeException e) {
      Engine.end(program);
      throw e;
    }
  }

  @Override
  public Page open(URI address) {
    Object context = ask("browsingContext.create", Map.of("type", "tab")).get("context");
    Map<String, Object> target = Map.of("context", requireNonNull(context));
    ask(
        "browsingContext.navigate",
        Map.of("context", context, "url", address.toString(), "wait", "complete"));
    return new Page() {
      @Override
      public String run(String script) {
        Map<String, Object> answer =
            ask(
                "script.evaluate",
                Map.of(
                    "expression",
                    "(() => {" + script + "})()",
                    "target",
                    target,
                    "awaitPromise",
                    true));
        if (!(answer.get("result") instanceof Map<?, ?> value
            && value.get("value") instanceof String text)) {
          throw new AssertionError("the script returned no text: " + answer);
        }
        return text;
      }

      @Override
      public void reload() {
        ask("browsingContext.reload", Map.of("context", context, "wait", "complete"));
      }

      @Override
      public byte[] picture() {
        Object data = ask("browsingContext.captureScreenshot", target).get("data");
        return Base64.getDecoder().decode((String) requireNonNull(data));
      }
    };
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
    Engine.end(program);
  }

  /// Sends a command, and waits for its result.
  @SuppressWarnings("unchecked")
  private Map<String, Object> ask(String method, Map<String, Object> parameters) {
    long id = ++asked;
    String command = new Json().toJson(Map.of("id", id, "method", method, "params", parameters));
    socket.sendText(command, true).join();
    try {
      while (true) {
        Map<String, Object> answer =
            answers.poll(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (answer == null) {
          throw new AssertionError("Firefox does not answer " + method);
        }
        if (answer.get("id") instanceof Number number && number.longValue() == id) {
          if (!(answer.get("result") instanceof Map<?, ?> result)) {
            throw new AssertionError("%s: %s".formatted(method, answer));
          }
          return (Map<String, Object>) result;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// Puts together what comes, and queues it.
  private final class Answers implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        answers.add(new Json().toType(text.toString(), Json.MAP_TYPE));
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }
}
