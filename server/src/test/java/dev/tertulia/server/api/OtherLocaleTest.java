package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// On a machine whose locale writes numbers in other digits, output for programs is unchanged.
final class OtherLocaleTest {
  private final Locale before = Locale.getDefault();

  @TempDir private Path folder;

  @AfterEach
  void goBack() {
    Locale.setDefault(before);
  }

  private static String run(String... arguments) {
    CommandRun run = CommandRun.of(Map.of(), "", false, arguments);
    assertThat(run.exit()).as(run.err()).isZero();
    return run.out() + run.err();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG-u-nu-arab", "fa-IR", "tr-TR"})
  void commandsAndStreamsDoNotDependOnTheLocale(String tag) {
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
