package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportImportTest {
  @TempDir private Path temp;
  private Path first;
  private Path second;

  @BeforeEach
  void talk() {
    first = temp.resolve("first");
    second = temp.resolve("second");
    SmallTalk.in(first);
  }

  private static String export(Path folder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.of(folder, out, null, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Import.Report importInto(Path folder, String lines) throws IOException {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    return Import.into(folder, new ByteArrayInputStream(bytes), bytes.length, Progress.NONE);
  }

  private static void execute(Path folder, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + DataFolder.databaseIn(folder));
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).as(sql).isPositive();
    }
  }

  private static void assertSound(Path folder) {
    assertThat(Check.of(folder, Progress.NONE).findings()).isEmpty();
  }

  @Test
  void whatWasImportedIsExportedByteForByteTheSame() throws IOException {
    String lines = export(first);
    Import.Report report = importInto(second, lines);
    assertThat(report.topics()).isEqualTo(5);
    assertThat(report.added()).isEqualTo(24);
    assertThat(export(second)).isEqualTo(lines);
    assertSound(second);
    assertThat(lines.lines()).allMatch(line -> line.startsWith("{\"type\":"));
  }

  @Test
  void theSameAgainChangesNothing() throws IOException {
    String lines = export(first);
    importInto(second, lines);
    Import.Report again = importInto(second, lines);
    assertThat(again.added()).isZero();
    assertThat(again.present()).isEqualTo(24);
    assertThat(export(second)).isEqualTo(lines);
    assertThat(importInto(first, lines).added()).isZero();
    assertThat(export(first)).isEqualTo(lines);
  }

  @Test
  void whatCameSinceIsAdded() throws IOException {
    importInto(second, export(first));
    SmallTalk.in(first);
    String lines = export(first);
    Import.Report report = importInto(second, lines);
    assertThat(report.present()).isEqualTo(24);
    assertThat(report.added()).isPositive();
    assertThat(export(second)).isEqualTo(lines);
    assertSound(second);
  }

  @Test
  void whatWasDeletedSinceStaysDeletedWhicheverSideKnowsIt() throws IOException {
    String before = export(first);
    importInto(second, before);
    try (TestLog log = new TestLog(first)) {
      log.stored(new dev.tertulia.server.protocol.Entry.Deletion(TestLog.ANA, 1), null);
    }
    String after = export(first);
    assertThat(importInto(first, before).deleted()).isPositive();
    assertThat(export(first)).isEqualTo(after);
    assertThat(importInto(second, after).deleted()).isPositive();
    assertThat(export(second)).isEqualTo(after).doesNotContain("secreto uno");
    assertSound(second);
  }

  @Test
  void anEntryThatSaysAnotherThingIsAConflictAndNothingIsChanged() throws IOException {
    String lines = export(first);
    importInto(second, lines);
    SmallTalk.in(first);
    String more = export(first);
    for (String other :
        new String[] {
          more.replace("secreto cuatro", "otra cosa"),
          more.replaceAll("(\"room:patio\",\"term\":\")[^\"]*(\",\"offset\":1,)", "$1abc$2")
        }) {
      assertThatThrownBy(() -> importInto(second, other))
          .isInstanceOf(UnsoundException.class)
          .hasMessageMatching("line \\d+: a conflict: at offset 1 of room:patio .*")
          .hasMessageContaining("Nothing was changed");
      assertThat(export(second)).isEqualTo(lines);
    }
  }

  @Test
  void badLinesAreNamedWithTheirNumberAndNothingIsChanged() throws IOException {
    List<String> lines = export(first).lines().toList();
    int last = lines.size() - 1;
    assertRefused(lines, 0, "{\"type\":\"entry\"}", "line 1: this is no export");
    assertRefused(
        lines,
        0,
        lines.getFirst().replace("\"version\":1", "\"version\":7"),
        "line 1: this export");
    assertRefused(lines, 1, "no json", "line 2: it is no JSON");
    assertRefused(lines, 1, "[]", "line 2: it is no JSON object");
    assertRefused(lines, 1, "{\"type\":\"x\"}", "line 2: its 'type'");
    assertRefused(lines, 2, "", "line 4: the entry with offset 1 is missing");
    assertRefused(lines, 2, lines.get(2) + lines.get(2), "line 3: there is more than one");
    assertRefused(lines, 2, lines.get(2).replace("\"ana\"", "\"a n a\""), "line 3: 'client'");
    assertRefused(
        lines, 2, lines.get(2).replace("\"ana\"", "5"), "line 3: 'client' must be a text");
    assertRefused(lines, 2, lines.get(2).replace("{\"sender\"", "{\"who\""), "line 3: 'body'");
    assertRefused(lines, 2, "x".repeat(LineInput.LONGEST + 1), "line 3: it is longer");
    assertRefused(lines, last, "", "the line that ends an export is missing");
    assertRefused(lines, last - 1, "", "line %d: lines are missing".formatted(lines.size()));
    assertThatThrownBy(() -> importInto(second, "")).hasMessageContaining("nothing to import");
  }

  private void assertRefused(List<String> lines, int at, String instead, String why) {
    List<String> changed = new ArrayList<>(lines);
    changed.set(at, instead);
    assertThatThrownBy(() -> importInto(second, String.join("\n", changed)))
        .isInstanceOf(UnsoundException.class)
        .hasMessageContaining(why);
    assertThat(Check.of(second, Progress.NONE).topics()).isZero();
  }

  @Test
  void aDamagedRowIsNamedAndLeftOutOnlyIfThatIsWanted() throws Exception {
    execute(first, "UPDATE entry SET body = '{}' WHERE topic_id = 1 AND entry_offset = 2");
    execute(first, "DELETE FROM entry WHERE topic_id = 1 AND entry_offset = 11");
    assertThatThrownBy(() -> export(first))
        .isInstanceOf(UnsoundException.class)
        .hasMessageContaining("topic 1, offset 2")
        .hasMessageContaining("--skip-damaged");
    List<String> findings = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.Report report = Export.of(first, out, findings::add, Progress.NONE);
    assertThat(report.damaged()).isEqualTo(findings.size()).isEqualTo(3);
    importInto(second, out.toString(StandardCharsets.UTF_8));
    assertThat(export(second))
        .contains("\"term\":\"0\",\"offset\":2,", "\"client\":\"~lost\",\"deleted\":true")
        .contains("\"term\":\"0\",\"offset\":11,");
    assertSound(second);
  }

  @Test
  void aServerMayRunWhileItIsExportedAndNotWhileItIsImported() throws IOException {
    String lines = export(first);
    try (TestLog log = new TestLog(first)) {
      log.stored(TestLog.chat("mientras"), null);
      assertThat(export(first)).contains("mientras");
      assertThatThrownBy(() -> importInto(first, lines))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining(first.toString())
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void aFolderWithoutADatabaseIsNamedAndNotMade() {
    Path none = temp.resolve("none");
    assertThatThrownBy(() -> export(none))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(none.toString())
        .hasMessageContaining("--data");
    assertThat(none).doesNotExist();
  }
}
