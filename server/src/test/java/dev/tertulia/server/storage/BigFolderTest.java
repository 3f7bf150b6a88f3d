package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The stored data may be far larger than the memory of a command that processes it.
@Tag("system")
@Tag("long")
final class BigFolderTest {
  private static final int ENTRIES = 200_000;
  private static final int TEXT = 1_000;

  @TempDir private Path temp;

  private void fill(Path folder) throws SQLException {
    byte[] body =
        EntryBody.write(
            new Entry.Chat(TestLog.ANA, "Ana", "hola ".repeat(TEXT / "hola ".length())));
    try (DataFolder data = DataFolder.open(folder)) {
      try (LogTables tables = new LogTables(SqliteDatabase.lasting(data).connect())) {
        long bytes = (long) ENTRIES * body.length;
        tables.put(new TopicRow(1, 1, "lobby", ENTRIES, 0, 0, 5, ENTRIES, bytes));
        for (int offset = 1; offset <= ENTRIES; offset++) {
          String client = offset % 2 == 0 ? "ana" : "bea";
          tables.put(new EntryRow(1, offset, 7, 5, 1, client, null, null, false, body));
        }
        tables.connection().commit();
      }
    }
  }

  /// The program in a process of its own, with a heap that holds a third of the texts.
  private void run(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.tertulia.server.Main"));
    command.addAll(List.of(arguments));
    File said = temp.resolve("said").toFile();
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("TERTULIA_"));
    int exit = builder.redirectErrorStream(true).redirectOutput(said).start().waitFor();
    assertThat(exit).as(Files.readString(said.toPath(), StandardCharsets.UTF_8)).isZero();
  }

  @Test
  void everyCommandProcessesDataLargerThanItsMemory() throws Exception {
    fill(temp.resolve("a"));
    run("export", "--data", "a", "--to", "a.jsonl");
    run("import", "--data", "b", "a.jsonl");
    run("export", "--data", "b", "--to", "b.jsonl");
    assertThat(Files.mismatch(temp.resolve("a.jsonl"), temp.resolve("b.jsonl"))).isEqualTo(-1);
    assertThat(Files.size(temp.resolve("a.jsonl"))).isGreaterThan((long) ENTRIES * TEXT);
    run("check", "--data", "b");
    run("backup", "--data", "b", "--to", "b.sqlite");
    run("restore", "--data", "b", "--from", "b.sqlite", "--replace");
    run("erase", "ana", "--data", "b", "--yes");
    run("check", "--data", "b");
  }
}
