package dev.tertulia.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.client.testing.Peer;
import dev.tertulia.client.testing.ScriptedServer;
import dev.tertulia.server.Server;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.http.page.PageSource;
import dev.tertulia.server.http.page.StaticFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// The command as it is called: options, exit codes, and what it prints.
final class BenchCommandTest {
  private static final List<String> FIELDS =
      List.of(
          "url",
          "connections",
          "opened",
          "refused",
          "closed",
          "connect_seconds",
          "connect_p99_ms",
          "slow_readers",
          "slow_readers_closed",
          "senders",
          "rate",
          "window",
          "seconds",
          "sent",
          "held_back",
          "expected",
          "delivered",
          "lost",
          "surplus",
          "deliveries_per_second",
          "p50_ms",
          "p90_ms",
          "p99_ms",
          "p999_ms",
          "max_ms",
          "late_ms",
          "cpu_us_per_delivery",
          "cpu_cores",
          "rss_kb_before",
          "rss_kb_after",
          "rss_kb_per_connection",
          "pids",
          "generator_cpu_cores");

  private static final List<String> SHORT =
      List.of("--warm-up", "300ms", "--time", "0.5", "--settle", "0", "--connections", "20");

  @TempDir private Path folder;

  private record Ended(int exit, String out, String err) {}

  private static Ended bench(List<String> options, String... more) {
    List<String> arguments = new ArrayList<>(List.of("bench"));
    arguments.addAll(options);
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        ClientCommand.run(
            arguments.toArray(String[]::new), new PrintWriter(out), new PrintWriter(err));
    return new Ended(exit, out.toString(), err.toString());
  }

  private static void assertUnusable(Ended ended, String... contents) {
    assertThat(ended.exit).as(ended.err).isEqualTo(2);
    assertThat(ended.err.lines()).hasSize(1);
    assertThat(ended.err).startsWith("tertulia: ").contains(contents);
    assertThat(ended.out).isEmpty();
  }

  /// The fields of one flat JSON object, with their values as text.
  private static Map<String, String> parse(String json) {
    Map<String, String> fields = new LinkedHashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        StringBuilder value = new StringBuilder();
        if (parser.nextToken() == JsonToken.START_ARRAY) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            value.append(parser.getString());
          }
        } else {
          value.append(parser.getString());
        }
        fields.put(name, value.toString());
      }
      assertThat(parser.nextToken()).isNull();
    }
    return fields;
  }

  @Test
  void withoutOptionsTheDefaultServerIsMeasured(@TempDir Path data) throws Exception {
    Settings settings = new Settings();
    settings.set(Setting.PORT, "0");
    settings.set(Setting.DATA, data.toString());
    try (Server server =
        new Server(Config.from(settings), new StaticFiles(PageSource.packed(), true))) {
      Ended ended =
          bench(SHORT, "--url", "ws://127.0.0.1:" + server.port() + "/ws/c#", "--json", "-");
      assertThat(ended.exit).as(ended.err).isZero();
      Map<String, String> result = parse(ended.out);
      assertThat(result.keySet()).containsExactlyElementsOf(FIELDS);
      assertThat(result)
          .containsEntry("connections", "20")
          .containsEntry("opened", "20")
          .containsEntry("senders", "10")
          .containsEntry("rate", "500")
          .containsEntry("window", "null")
          .containsEntry("seconds", "0.5")
          .containsEntry("sent", "250")
          .containsEntry("expected", "5000")
          .containsEntry("delivered", "5000")
          .containsEntry("lost", "0")
          .containsEntry("surplus", "0")
          .containsEntry("pids", String.valueOf(ProcessHandle.current().pid()));
      assertThat(Double.parseDouble(result.get("cpu_us_per_delivery"))).isPositive();
      assertThat(Double.parseDouble(result.get("p50_ms"))).isPositive();
      assertThat(Long.parseLong(result.get("rss_kb_after"))).isPositive();
      assertThat(ended.err).contains("connecting ", "measuring ");
    }
  }

  @Test
  void theTableIsPrintedAndTheJsonIsWrittenToTheFile() throws Exception {
    Path json = folder.resolve("result.json");
    try (ScriptedServer server = ScriptedServer.fanningOut()) {
      Ended ended = bench(SHORT, "--url", server.url(), "--window", "4", "--json", json.toString());
      assertThat(ended.exit).as(ended.err).isZero();
      assertThat(ended.out)
          .contains("20 of 20 ready", "lost         0", "p99.9 ", " of each in flight")
          .contains("µs a delivery");
      Map<String, String> result = parse(Files.readString(json));
      assertThat(result.keySet()).containsExactlyElementsOf(FIELDS);
      assertThat(result).containsEntry("rate", "null").containsEntry("window", "4");
    }
  }

  @Test
  void quietPrintsNoProgress() {
    try (ScriptedServer server = ScriptedServer.fanningOut()) {
      assertThat(bench(SHORT, "--url", server.url(), "--quiet")).isEqualTo(new Ended(0, "", ""));
    }
  }

  @Test
  void lossesAndClosedConnectionsExitWithCode1() {
    try (ScriptedServer server = ScriptedServer.start((_, _) -> {})) {
      Ended ended = bench(SHORT, "--url", server.url(), "--drain", "0");
      assertThat(ended.exit).isEqualTo(1);
      assertThat(ended.out).contains("delivered    0 of 5,000", "lost         5,000");
    }
    try (ScriptedServer server = ScriptedServer.start((from, _) -> from.close(1011, "bug"))) {
      Ended ended = bench(SHORT, "--url", server.url(), "--drain", "0");
      assertThat(ended.exit).isEqualTo(1);
      assertThat(ended.out)
          .contains("closed       10: closed by the server with 1011 bug (10 times)");
    }
  }

  @Test
  void theHandshakeContainsTheGivenFields() {
    List<String> requests = new java.util.concurrent.CopyOnWriteArrayList<>();
    ScriptedServer.Script script =
        new ScriptedServer.Script() {
          @Override
          public void asked(Peer by, String request) throws java.io.IOException {
            requests.add(request);
            ScriptedServer.Script.super.asked(by, request);
          }

          @Override
          public void said(Peer from, String text) {}
        };
    try (ScriptedServer server = ScriptedServer.start(script)) {
      Ended ended =
          bench(
              SHORT,
              "--url=ws://127.0.0.1:" + server.port() + "?token=t#",
              "--rate=0",
              "--origin=http://example.org",
              "--subprotocol=tertulia.1",
              "--header=Authorization: Bearer x#",
              "--header=X-Empty:");
      assertThat(ended.exit).as(ended.err).isZero();
    }
    assertThat(requests)
        .hasSize(20)
        .anySatisfy(request ->
            assertThat(request)
                .startsWith("GET /?token=t7 HTTP/1.1\r\nHost: 127.0.0.1:")
                .contains(
                    "\r\nOrigin: http://example.org\r\n",
                    "\r\nSec-WebSocket-Protocol: tertulia.1\r\n",
                    "\r\nAuthorization: Bearer x7\r\n",
                    "\r\nX-Empty: \r\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--ulr x | Unknown options: '--ulr', 'x'; see ./tertulia bench --help",
        "--connections x | --connections",
        "--connections 0 | --connections must be from 1",
        "--senders 0 | --rate 0",
        "--senders 101 | --senders must be at most --connections",
        "--slow-readers 95 --senders 10 | without --slow-readers, which do not send",
        "--rate -1 | --rate must be from 0",
        "--rate 10 --window 2 | give only one of them",
        "--window 2 --expect others | does not receive",
        "--expect nobody | --expect",
        "--time 0 | --time must be from",
        "--time 5x | not a time such as",
        "--pad -1 | --pad must be from 0",
        "--threads 0 | --threads must be from 1",
        "--message hello | no @",
        "--answer x | TEXT=REPLY",
        "--header x | NAME:VALUE",
        "--url http://127.0.0.1/ | not a WebSocket URL",
        "--url ws://127.0.0.1:99999/ | invalid port 99999",
        "--url ws://a@b/ | not a WebSocket URL",
        "--url wss://127.0.0.1/ | wss:// is not supported",
        "--pid 999999999 | no process 999999999",
        "--json /no/such/folder/x | cannot write",
        "--json /tmp | cannot write",
      })
  void anUnusableOptionIsReportedInOneLine(String row) {
    String[] parts = row.split(" \\| ", 2);
    assertUnusable(bench(List.of(parts[0].split(" ", -1))), parts[1]);
  }

  @Test
  void aHeaderValueWithALineBreakIsRefused() {
    assertUnusable(bench(List.of("--header", "A: b\r\nC: d")), "NAME:VALUE");
  }

  @Test
  void withoutACommandTheErrorPointsToTheHelp() {
    StringWriter err = new StringWriter();
    int exit =
        ClientCommand.run(new String[0], new PrintWriter(new StringWriter()), new PrintWriter(err));
    assertThat(exit).isEqualTo(2);
    assertThat(err.toString().lines()).singleElement().asString().contains("./tertulia --help");
  }

  @Test
  void helpDescribesTheOptions() {
    Ended help = bench(List.of("--help"));
    assertThat(help.exit).isZero();
    assertThat(help.out)
        .contains("Usage: tertulia bench")
        .contains("./tertulia serve", "Socket.IO", "Centrifugo", "Phoenix", "--expect sender")
        .contains("ws://127.0.0.1:8000/ws/c#", "Exit codes: 0");
  }
}
