package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tertulia.server.logging.Printable;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What commands print of the answers of a server that may be hostile.
final class CommandOutputTest {
  private static final String BAD = "a\u009b31mb\u007f\u202ec\u200bd\u061ce\ufefff";

  /// The same, where a text is printed.
  private static final String SHOWN = "a\\u009b31mb\\u007f\\u202ec\\u200bd\\u061ce\\ufefff";

  private HttpServer server;
  private String type = "application/json";
  private String answer = "";
  private int status = 200;

  private record Ended(int exit, String out, String err) {}

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().set("Content-Type", type);
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  private Ended run(String... arguments) {
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    CommandRun run = CommandRun.of(Map.of("TERTULIA_URL", url), "", false, arguments);
    Ended ended = new Ended(run.exit(), run.out(), run.err());
    assertThat(ended.out + ended.err)
        .satisfies(
            all -> assertThat(all.codePoints()).noneMatch(c -> c != '\n' && Printable.isUnfit(c)));
    return ended;
  }

  @ParameterizedTest
  @ValueSource(strings = {"send|lobby|x", "notify|ana|x", "broadcast|x", "inbox|ana", "tail|lobby"})
  void aRefusalCanNotControlATerminal(String command) {
    status = 403;
    answer = "{\"code\":\"%s\",\"detail\":\"%s\"}".formatted(BAD, BAD);
    List<String> arguments = new ArrayList<>(List.of(command.split("\\|")));
    for (String more : List.of("", "--json")) {
      List<String> all = new ArrayList<>(arguments);
      all.addAll(more.isEmpty() ? List.of() : List.of(more));
      Ended ended = run(all.toArray(String[]::new));
      assertThat(ended.exit).isEqualTo(1);
      assertThat(ended.err).isEqualTo("tertulia: refused (" + SHOWN + "): " + SHOWN + "\n");
    }
  }

  @Test
  void anInboxCanNotControlATerminal() {
    answer =
        """
        {"notifications":[{"time":1,"id":"%s","from":"%s","message":"%s","explanation":"%s"}]}\
        """
            .formatted(BAD, BAD, BAD, BAD);
    assertThat(run("inbox", "ana").out)
        .isEqualTo(
            "1970-01-01T00:00:00.001Z  %s  %s: %s\n    %s\n".formatted(SHOWN, SHOWN, SHOWN, SHOWN));
    Ended json = run("inbox", "ana", "--json");
    assertThat(Json.parse(json.out.strip()).objects("notifications").getFirst().text("message"))
        .as("the same JSON")
        .isEqualTo(BAD);
  }

  @Test
  void aSentTextCanNotControlATerminal() {
    answer = "{\"id\":\"%s\",\"notifications\":[{\"id\":\"%s\"}]}".formatted(BAD, BAD);
    assertThat(run("notify", "ana", "x").out).isEqualTo(SHOWN + "\n");
    assertThat(run("broadcast", "x").out).isEqualTo(SHOWN + "\n");
  }

  @Test
  void messagesOfARoomCanNotControlATerminal() {
    type = "text/event-stream";
    answer =
        """
        data: {"type":"joined","messages":[{"type":"chat","sender":"%s","message":"%s"}]}

        event: close
        data: {"code":4501,"reason":"%s"}

        """
            .formatted(BAD, BAD, BAD);
    Ended tail = run("tail", "lobby");
    assertThat(tail.out).endsWith(" " + SHOWN + ": " + SHOWN + "\n");
    assertThat(tail.err).isEqualTo("tertulia: the server closed the stream: " + SHOWN + "\n");
    Ended json = run("tail", "lobby", "--json");
    assertThat(Json.parse(json.out.strip()).text("message")).isEqualTo(BAD);
  }

  @Test
  void argumentsCanNotControlATerminal() {
    Ended unknown = run("inbox", "ana", "--" + BAD);
    assertThat(unknown.exit).isEqualTo(2);
    assertThat(unknown.err).contains(SHOWN);
    assertThat(run("inbox", "ana", "--url", "http://" + BAD).err).contains(SHOWN);
  }

  @Test
  void undecodableArgumentsAreNotSent() {
    answer = "{\"id\":\"1\"}";
    Ended ended = run("send", "lobby", "compilaci\ufffd\ufffdn");
    assertThat(ended.exit).isEqualTo(2);
    assertThat(ended.out).isEmpty();
    assertThat(ended.err.strip().lines()).singleElement().asString().contains("LC_ALL=C.UTF-8");
  }

  @Test
  void anOptionWinsOverTheEnvironment() {
    Ended ended = run("inbox", "ana", "--url", "http://127.0.0.1:1");
    assertThat(ended.exit).isEqualTo(3);
    assertThat(ended.err).contains("http://127.0.0.1:1");
  }
}
