package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.cli.Streams;
import dev.tertulia.server.cli.TertuliaCommand;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the machine's locale writes numbers in digits of its own, what machines read stays as it
/// is.
final class OtherLocaleTest {
  private final Locale before = Locale.getDefault();

  @TempDir private Path folder;

  @AfterEach
  void goBack() {
    Locale.setDefault(before);
  }

  private static String run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Streams streams =
        new Streams(
            InputStream.nullInputStream(),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int exit =
        TertuliaCommand.run(
            arguments,
            Map.of(),
            (config, page) -> {
              throw new IllegalStateException("no server");
            },
            streams);
    assertThat(exit).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG-u-nu-arab", "fa-IR", "tr-TR"})
  void commandsAndStreamsAreTheSame(String tag) {
    Locale.setDefault(Locale.forLanguageTag(tag));
    String data = folder.resolve("data").toString();
    try (TestServer server = TestServer.start(Map.of(Setting.DATA, data, Setting.LANGUAGE, "en"));
        Api api = new Api(server)) {
      String url = "http://127.0.0.1:" + server.port();
      run("notify", "bea", "hello", "--url", url);
      assertThat(run("inbox", "bea", "--limit", "12", "--url", url)).contains(": hello\n");
      run("send", "lobby", "hi", "--client", "ci", "--url", url);
      assertThat(run("tail", "lobby", "--count", "1", "--url", url))
          .matches("[0-9]{2}:[0-9]{2}:[0-9]{2} ci: hi\n");
      try (Events events = Events.open(server, "client=ana&rooms=lobby", "")) {
        events.next();
        api.send("DELETE", "/api/v1/clients/ana/connections", null).ok(200);
        Events.Event last = events.next();
        while (!last.kind().equals("close")) {
          last = events.next();
        }
        assertThat(last.json().number("code")).isEqualTo(4501);
      }
      server.awaitConnections(0);
      assertThat(run("export", "--data", data)).contains("\"message\":\"hi\"").contains("entries");
      assertThat(run("erase", "bea", "--yes", "--data", data)).contains("1 received");
    }
  }
}
