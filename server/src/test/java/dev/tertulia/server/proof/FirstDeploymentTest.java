package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the README says about the internet, followed: the variables, the host, the backend that
/// signs tokens, and the call with the key.
@Tag("system")
final class FirstDeploymentTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final String KEY = "0123456789abcdef0123456789abcdef";
  private static final Map<String, String> VARIABLES =
      Map.of(
          "TERTULIA_AUTH_MODE", "token",
          "TERTULIA_AUTH_HS256_SECRET", "a secret that the backend has as well, 48 bytes.",
          "TERTULIA_API_KEYS", KEY,
          "TERTULIA_HOST", "0.0.0.0");

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.es.md"})
  void threeVariablesAndABackendAreEnough(String readme) throws Exception {
    String page = Files.readString(PROJECT.resolve(readme));
    assertThat(variables(page)).as("the variables that it names").isEqualTo(VARIABLES.keySet());
    Process backend = backend(page);
    try (ServerUnderTest server =
        ServerUnderTest.start(folder.resolve("data"), VARIABLES, List.of())) {
      String token = tokenOf(backend);
      assertThat(notify(server, null).statusCode()).isEqualTo(401);
      assertThat(notify(server, "not the key, but as long as it is").statusCode()).isEqualTo(401);
      assertThat(firstFrame(server, "")).startsWith("closed 4500");
      assertThat(firstFrame(server, token)).contains("\"client\":\"ana\"", "\"name\":\"Ana\"");
      assertThat(notify(server, KEY).statusCode()).isEqualTo(201);
    } finally {
      backend.destroyForcibly();
    }
  }

  @Test
  void withoutThemItServesNobodyButItsOwnMachine() {
    ServerUnderTest.Ended ended =
        ServerUnderTest.run(
            "serve", "--host", "0.0.0.0", "--port", "0", "--data", folder.toString());
    assertThat(ended.exit()).isEqualTo(2);
    assertThat(ended.output()).contains("auth.mode").contains("auth.open_on_network");
  }

  private static Set<String> variables(String page) {
    Set<String> names = new HashSet<>();
    Matcher line = Pattern.compile("\nexport (.*)\n").matcher(page);
    assertThat(line.find()).isTrue();
    Matcher name = Pattern.compile("(TERTULIA_\\w+)=").matcher(line.group(1));
    while (name.find()) {
      names.add(name.group(1));
    }
    assertThat(page).contains("./tertulia serve --host 0.0.0.0\n");
    names.add("TERTULIA_HOST");
    return names;
  }

  /// The backend of the page, on a free port, which it prints.
  private Process backend(String page) throws Exception {
    Matcher code = Pattern.compile("```js\n(.*?)```", Pattern.DOTALL).matcher(page);
    assertThat(code.find()).isTrue();
    String listens = "listen(3000)";
    assertThat(code.group(1)).contains(listens);
    Path file = folder.resolve("backend.mjs");
    Files.writeString(
        file,
        code.group(1)
            .replace(listens, "listen(0, function () { console.log(this.address().port); })"));
    ProcessBuilder node = new ProcessBuilder("node", file.toString()).redirectErrorStream(true);
    node.environment().putAll(VARIABLES);
    return node.start();
  }

  private String tokenOf(Process backend) throws Exception {
    String port = backend.inputReader().readLine();
    assertThat(port).as("the port of the backend").matches("\\d+");
    URI address = URI.create("http://127.0.0.1:" + port);
    return http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
  }

  private HttpResponse<String> notify(ServerUnderTest server, @Nullable String key)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%s/api/v1/clients/ana/notifications"
                        .formatted(server.port())))
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("the build is broken"));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  /// The first that a client gets after its `hello`, or how it is closed.
  private String firstFrame(ServerUnderTest server, String token) throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    List<CharSequence> parts = new ArrayList<>();
    WebSocket socket =
        http.newWebSocketBuilder()
            .subprotocols("tertulia.1")
            .buildAsync(
                URI.create("ws://127.0.0.1:%s/ws?token=%s".formatted(server.port(), token)),
                new WebSocket.Listener() {
                  @Override
                  public @Nullable CompletionStage<?> onText(
                      WebSocket webSocket, CharSequence text, boolean last) {
                    parts.add(text);
                    if (last) {
                      heard.add(String.join("", parts));
                      parts.clear();
                    }
                    webSocket.request(1);
                    return null;
                  }

                  @Override
                  public @Nullable CompletionStage<?> onClose(
                      WebSocket webSocket, int code, String reason) {
                    heard.add("closed " + code + " " + reason);
                    return null;
                  }
                })
            .get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (!token.isEmpty()) {
      socket.sendText("{\"type\":\"hello\",\"ref\":1}", true);
    }
    String first = heard.poll(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    socket.abort();
    return String.valueOf(first);
  }
}
