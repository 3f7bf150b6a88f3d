package dev.tertulia.server.storage.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.DataFolderOperations.Finding;
import dev.tertulia.server.storage.LogFixture;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.rows.BatchRow;
import dev.tertulia.server.storage.rows.ParticipantRow;
import dev.tertulia.server.storage.rows.RequestRow;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.HeadNote.Head;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import dev.tertulia.server.testing.Seeded;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InspectionTest {
  private LogFixture log;

  @BeforeEach
  void open(@TempDir Path path) throws SQLException {
    log = new LogFixture(path.resolve("data"));
    Seeded seed = Seeded.print();
    for (int i = 0; i < 300; i++) {
      log.addAny(seed.random(), 5);
    }
    log.trim(50);
    for (int seq = 3; seq <= 6; seq++) {
      log.insert("batch", BatchRow.COLUMNS, new BatchRow(5, seq, seq, false, "7:1-2"));
    }
    log.insert(
        "participant",
        ParticipantRow.COLUMNS,
        new ParticipantRow("ana", LogFixture.ID, true, true, 1));
    log.add(new Entry.Chat(LogFixture.client(1), "Ana", "hola"), 5);
    if (log.head % 2 != 0) {
      log.add(new Entry.Chat(LogFixture.client(1), "Ana", "hola"), 5);
    }
    log.add(new Entry.Reaction(LogFixture.client(9), log.head, "👍", false), 5);
    log.insert(
        "request",
        RequestRow.COLUMNS,
        new RequestRow(
            LogFixture.ID,
            LogFixture.client(1).value(),
            "r" + (log.head - 1),
            log.head - 1,
            5,
            1,
            new byte[] {1},
            null));
    log.commit();
  }

  @AfterEach
  void close() throws SQLException {
    log.close();
  }

  private List<Finding> inspect(Head noted) throws SQLException {
    try (Snapshot reader = SqliteSnapshot.of(log.file())) {
      return new Inspection(reader, noted, Progress.NONE).run();
    }
  }

  @Test
  void anIntactDatabaseHasNoFindings() throws SQLException {
    List<String> parts = new ArrayList<>();
    try (Snapshot reader = SqliteSnapshot.of(log.file())) {
      assertThat(
              new Inspection(reader, new Head(5, 6, 1), (part, done, total) -> parts.add(part))
                  .run())
          .isEmpty();
    }
    assertThat(parts).contains("the pages", "the end of the log");
  }

  @Test
  void aTruncatedEndIsNamed() throws SQLException {
    assertThat(inspect(new Head(5, 8, 1)))
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).startsWith("2 confirmed batches"));
    assertThat(inspect(new Head(6, 1, 1))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "UPDATE entry SET body = x'7b207d' WHERE entry_offset = 100|offset 100",
        "UPDATE entry SET client = 'otra' WHERE entry_offset = 100|offset 100",
        "UPDATE entry SET checksum = checksum + 1 WHERE entry_offset = 100|offset 100",
        "DELETE FROM entry WHERE entry_offset = 100|offset 99 is followed by 101",
        "DELETE FROM entry WHERE entry_offset > 299|its head is",
        "DELETE FROM topic|no row",
        "UPDATE topic SET bytes = bytes + 1|topic 7",
        "UPDATE reaction SET emoji = 'x' WHERE client = 'client-9'|'reaction'",
        "DELETE FROM entry WHERE client = 'client-9'|added a reaction",
        "UPDATE participant SET read_offset = 2|'participant'",
        "UPDATE request SET digest = x'02'|'request'",
        "UPDATE entry SET request = NULL WHERE request IS NOT NULL|entry of the answer",
        "DELETE FROM batch WHERE seq = 4|batches are missing before seq 6",
        "UPDATE batch SET entries = ''|'batch'",
      })
  void damageIsNamed(String damage, String named) throws SQLException {
    log.execute(damage);
    log.connection.commit();
    assertThat(inspect(new Head(5, 6, 1)))
        .anySatisfy(finding -> assertThat(finding.what()).contains(named));
  }
}
