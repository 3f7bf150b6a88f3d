package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.LOBBY;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.read.SqlLog;
import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What need not last is in tables that a crash of PostgreSQL empties.
@Tag(Postgres.TAG)
final class PassingRoomsTest {
  @TempDir private Path folder;

  private static Position say(TestLog log) {
    return Objects.requireNonNull(((Outcome.Stored) log.say(chat("m"), null)).position());
  }

  @Test
  void aCrashGivesNoPositionTwiceAndWhoeverResumesIsTold() throws Exception {
    List<Position> given = new ArrayList<>();
    try (Postgres server = Postgres.start()) {
      Files.writeString(folder.resolve(TestStore.ADDRESS), server.newDatabase());
      try (TestLog log = new TestLog(folder, TestStore.POSTGRES_MEMORY);
          ReadDatabase reading = new ReadDatabase(new Readers(1, 10), log.reader())) {
        SqlLog sql = new SqlLog(reading, new Tail(0));
        for (int i = 0; i < 5; i++) {
          given.add(say(log));
        }
        assertThat(Objects.requireNonNull(sql.since(LOBBY, Position.START, 10, 1000)).entries())
            .hasSize(5);
        server.kill();
        server.restart();
        log.until(() -> log.laterCopy.losses.get() > 0 && log.journal.health().ok());
        assertThat(log.ask("SELECT count(*) FROM tertulia_memory.entry")).isEqualTo("0");
        for (int i = 0; i < 5; i++) {
          given.add(say(log));
        }
        assertThat(new HashSet<>(given)).hasSize(10);
        for (Position lost : given.subList(0, 5)) {
          assertThat(sql.since(LOBBY, lost, 10, 1000)).as("%s", lost).isNull();
        }
        assertThat(sql.since(LOBBY, Position.START, 10, 1000)).as("from the beginning").isNull();
        assertThat(Objects.requireNonNull(sql.since(LOBBY, given.get(5), 10, 1000)).entries())
            .hasSize(4);
      }
    }
  }
}
