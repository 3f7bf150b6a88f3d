package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.SampleData;
import dev.tertulia.server.testing.CommandRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataCommandsTest {
  @TempDir private Path temp;
  private String data;

  private record Ended(int exit, String out, String err) {
    private Ended is(int code, String... words) {
      assertThat(exit).as(err).isEqualTo(code);
      for (String word : words) {
        assertThat(err).contains(word);
      }
      if (code == 2) {
        assertThat(err.strip().lines()).hasSize(1);
        assertThat(err).startsWith("tertulia: ");
        assertThat(out).isEmpty();
      }
      return this;
    }
  }

  @BeforeEach
  void talk() {
    data = temp.resolve("data").toString();
    SampleData.in(Path.of(data));
  }

  private static Ended run(String in, boolean terminal, String... arguments) {
    CommandRun run = CommandRun.of(Map.of(), in, terminal, arguments);
    return new Ended(run.exit(), run.out(), run.err());
  }

  private static Ended run(String... arguments) {
    return run("", false, arguments);
  }

  private String file(String name) {
    return temp.resolve(name).toString();
  }

  @Test
  void exportWritesLinesThatImportReads() {
    Ended export = run("export", "--data", data).is(0, "5 topics with 24 entries");
    assertThat(export.out).startsWith("{\"type\":\"header\"").endsWith("}\n");
    run(export.out, false, "import", "--data", file("b")).is(0, "added 24 entries");
    run("export", "--data", file("b"), "--to", file("b.jsonl")).is(0);
    assertThat(temp.resolve("b.jsonl")).hasContent(export.out);
    run("import", "--data", file("b"), file("b.jsonl")).is(0, "0 entries", "24 already existed");
    run("export", "--data", file("b"), "--to", file("b.jsonl")).is(2, "b.jsonl already exists");
    run("import", "--data", file("b"), file("none.jsonl")).is(2, "none.jsonl");
    run("import", "--data", file("c"), file("data/lock")).is(1, "tertulia: line 1: ");
  }

  @Test
  void backupRestoreAndCheckReportTheirResults() throws IOException {
    run("check", "--data", data).is(0, "is intact: 5 topics with 24 entries");
    run("backup", "--data", data, "--to", file("b.sqlite")).is(0, "and verified");
    run("backup", "--data", data, "--to", file("b.sqlite")).is(2, "already");
    run("backup", "--data", data).is(2, "--to");
    run("restore", "--data", data, "--from", file("b.sqlite")).is(2, "--replace");
    run("restore", "--data", data, "--from", file("b.sqlite"), "--replace").is(0, "replaced-");
    Files.delete(temp.resolve("data/tertulia.head"));
    Files.writeString(temp.resolve("b.sqlite"), "no database ".repeat(1000));
    run("restore", "--data", data, "--from", file("b.sqlite"), "--replace").is(1, "is damaged");
    run("check", "--data", file("none")).is(2, "--data");
    run("export", "--data", file("none")).is(2, "--data");
    assertThat(temp.resolve("none")).doesNotExist();
  }

  @Test
  void aFolderFromBeforeTheReleaseIsRefusedByAllCommands() throws SQLException {
    run("export", "--data", data, "--to", file("e.jsonl")).is(0);
    String database = file("data/tertulia.sqlite");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("DROP TABLE inbox_read");
      statement.executeUpdate("UPDATE flyway_schema_history SET checksum = 1");
    }
    String[] refused = {"before its release", database, "--data", "import"};
    run("check", "--data", data).is(2, refused);
    run("export", "--data", data).is(2, refused);
    run("backup", "--data", data, "--to", file("b.sqlite")).is(2, refused);
    run("import", "--data", data, file("e.jsonl")).is(2, refused);
    run("erase", "ana", "--data", data, "--yes").is(2, refused);
    run("restore", "--data", file("c"), "--from", database).is(2, refused);
  }

  @Test
  void aDamagedFolderIsReported() throws Exception {
    Path database = Path.of(data, "tertulia.sqlite");
    String text = Files.readString(database, StandardCharsets.ISO_8859_1);
    Files.writeString(
        database, text.replace("en el patio", "en el patiO"), StandardCharsets.ISO_8859_1);
    run("check", "--data", data).is(1, "is damaged", "restore");
    run("backup", "--data", data, "--to", file("b.sqlite")).is(1, "no backup");
    run("export", "--data", data, "--to", file("e.jsonl"))
        .is(1, "skipped", "offset 2", "skipped 1 damaged items");
    assertThat(temp.resolve("e.jsonl")).content().contains("~lost").doesNotContain("en el patiO");
    execute("DELETE FROM entry WHERE topic_id = 1 AND entry_offset = 2");
    run("export", "--data", data, "--to", file("f.jsonl")).is(1, "--skip-damaged");
    assertThat(temp.resolve("f.jsonl")).doesNotExist();
    run("export", "--data", data, "--to", file("f.jsonl"), "--skip-damaged").is(1, "skipped");
    assertThat(temp.resolve("f.jsonl")).exists();
  }

  private void execute(String sql) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + file("data/tertulia.sqlite"));
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  @Test
  void eraseAsksForConfirmation() {
    String before = run("export", "--data", data).out;
    for (String answer : new String[] {"", "yes\n"}) {
      Ended asked = run(answer, false, "erase", "ana", "--data", data);
      assertThat(asked.exit).isEqualTo(2);
      assertThat(asked.err).contains("nothing was erased", "--yes");
    }
    assertThat(run("export", "--data", data).out).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ana", "ana "})
  void eraseIsConfirmedByTypingTheId(String answer) {
    run(answer + "\n", true, "erase", "ana", "--data", data).is(0, "can't be undone", "erased ana");
    run("erase", "ana", "--data", data, "--yes").is(1, "nothing is stored about ana");
    run("erase", "a b", "--data", data, "--yes").is(2, "invalid client id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"export", "import", "backup", "restore", "check", "erase"})
  void helpDescribesEveryCommand(String command) {
    assertThat(run(command, "--help").is(0).out)
        .contains("Examples", "./tertulia " + command, "Exit codes", "--data");
  }

  @Test
  void progressIsShownOnATerminalAndOnRequest() {
    assertThat(run("export", "--data", data).err.lines()).hasSize(1);
    assertThat(run("", true, "export", "--data", data).err).contains("entries read", "\r\u001b[K");
    assertThat(run("export", "--data", data, "--progress").err).contains("entries read: 24");
  }
}
