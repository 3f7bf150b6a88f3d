package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that moves from SQLite to PostgreSQL, as its operator and its clients see it.
final class MovedServerTest {
  @TempDir private Path temp;
  private final String database = Postgres.shared().newDatabase();
  private String folder = "";
  private String lines = "";
  private String room = "";
  private String inbox = "";

  @BeforeEach
  void moveUp() throws IOException {
    Path data = Files.createDirectory(temp.resolve("data"));
    folder = temp.resolve("new").toString();
    try (TestServer server = TestServer.start(Map.of(Setting.DATA, data.toString()));
        FullPeer ana = FullPeer.hello(server, "ana", "'device':'phone'")) {
      ana.ask("'type':'join','room':'plaza'");
      room = ana.ask("'type':'chat','room':'plaza','message':'hola','id':'m1'").text("pos");
      ana.ask("'type':'react','room':'plaza','offset':1,'emoji':'👍'");
      ana.ask("'type':'notification','to':'ana','message':'aviso'");
      inbox = ana.ask("'type':'inbox'").objects("notifications").getFirst().text("pos");
      ana.ask("'type':'chat','room':'plaza','message':'después'");
      ana.ask("'type':'notification','to':'ana','message':'otro'");
    }
    CommandRun export = run("", "export", "--data", data.toString());
    assertThat(export.exit()).as(export.err()).isZero();
    lines = export.out();
    CommandRun moved = run(lines, "import", "--database", database, "--data", folder);
    assertThat(moved.exit()).as(moved.err()).isZero();
  }

  private static CommandRun run(String in, String... arguments) {
    return CommandRun.of(Map.of(), in, false, arguments);
  }

  private TestServer served() {
    return TestServer.start(Map.of(Setting.DATA, folder, Setting.DATABASE, database));
  }

  private Json join(FullPeer peer) {
    return peer.ask("'type':'join','room':'plaza','after':'%s'".formatted(room));
  }

  @Test
  void clientsResumeAsIfNothingHadHappened() {
    CommandRun export = run("", "export", "--database", database, "--data", folder);
    assertThat(export.out()).isEqualTo(lines);
    CommandRun check = run("", "check", "--database", database, "--data", folder);
    assertThat(check.err()).contains("is intact", "127.0.0.1");
    try (TestServer server = served();
        FullPeer ana =
            FullPeer.hello(server, "ana", "'device':'phone','inbox':'%s'".formatted(inbox))) {
      Json opened = ana.next("inbox");
      assertThat(opened.truth("recovered")).isTrue();
      assertThat(opened.text()).contains("otro").doesNotContain("aviso");
      Json joined = join(ana);
      assertThat(joined.truth("recovered")).isTrue();
      assertThat(joined.text()).contains("después").doesNotContain("hola");
      // The request is remembered.
      assertThat(ana.ask("'type':'chat','room':'plaza','message':'hola','id':'m1'").text("pos"))
          .isEqualTo(room);
    }
  }

  @Test
  void theServerImportsAndErasesForTheCommands() {
    try (TestServer server = served();
        FullPeer bea = FullPeer.hello(server, "bea", "")) {
      assertThat(bea.ask("'type':'join','room':'plaza'").text()).contains("hola");
      CommandRun again = run(lines, "import", "--database", database, "--data", folder);
      assertThat(again.err()).contains("added 0 entries");
      String elsewhere = temp.resolve("elsewhere").toString();
      CommandRun refused =
          run("", "erase", "ana", "--yes", "--database", database, "--data", elsewhere);
      assertThat(refused.exit()).isEqualTo(2);
      assertThat(refused.err()).contains("a server uses the database");
      CommandRun erased =
          run("", "erase", "ana", "--yes", "--database", database, "--data", folder);
      assertThat(erased.err()).contains("erased ana");
      assertThat(bea.ask("'type':'history','room':'plaza'").text()).doesNotContain("hola");
      CommandRun export = run("", "export", "--database", database, "--data", folder);
      assertThat(export.out()).doesNotContain("\"ana\"", "hola", "aviso");
    }
  }

  /// The server of a folder may use another database, in which nothing is to be changed.
  @Test
  void aServerOfAnotherDatabaseIsNotAsked() {
    String other = temp.resolve("data").toString();
    try (TestServer server = served();
        TestServer another = TestServer.start(Map.of(Setting.DATA, other))) {
      assertThat(server.port()).isNotEqualTo(another.port());
      CommandRun refused =
          run("", "erase", "ana", "--yes", "--database", database, "--data", other);
      assertThat(refused.exit()).isEqualTo(2);
      assertThat(refused.err()).contains("a server uses the database", other);
      assertThat(run("", "export", "--data", other).out()).isEqualTo(lines);
    }
  }

  @Test
  void keysAreCreatedWithoutAServerAndWithOne() {
    CommandRun made =
        run("", "key", "create", "ci", "--scope", "send", "--database", database, "--data", folder);
    assertThat(made.out()).startsWith("tk_");
    try (TestServer server = served()) {
      assertThat(server.port()).isPositive();
      CommandRun list = run("", "key", "list", "--database", database, "--data", folder);
      assertThat(list.out()).contains("ci");
    }
  }

  /// A copy of the tables, as `pg_restore` brings it back, has what was there then: the server
  /// writes on with another term.
  @Test
  void afterARestoreClientsThatHaveSeenMoreAreTold() {
    String copy = Postgres.shared().copyOf(database);
    String seen;
    try (TestServer server = served();
        FullPeer ana = FullPeer.hello(server, "ana", "")) {
      seen = ana.ask("'type':'chat','room':'plaza','message':'se pierde'").text("pos");
    }
    try (TestServer server =
            TestServer.start(Map.of(Setting.DATA, folder, Setting.DATABASE, copy));
        FullPeer ana = FullPeer.hello(server, "ana", "")) {
      ana.ask("'type':'chat','room':'plaza','message':'otra vez'");
      Json joined = ana.ask("'type':'join','room':'plaza','after':'%s'".formatted(seen));
      assertThat(joined.truth("recovered")).isFalse();
      assertThat(joined.text()).contains("otra vez").doesNotContain("se pierde");
      assertThat(join(ana).truth("recovered")).isTrue();
    }
  }
}
