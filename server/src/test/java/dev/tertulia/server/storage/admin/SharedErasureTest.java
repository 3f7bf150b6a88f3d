package dev.tertulia.server.storage.admin;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.LOBBY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.rows.Erasure;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One server erases a client while another one, which refuses nothing, stores what it says.
@Tag(Postgres.TAG)
final class SharedErasureTest {
  @TempDir private Path folder;

  private static long offset(Outcome.Stored stored) {
    return Objects.requireNonNull(stored.position()).offset();
  }

  @Test
  void whatIsStoredByAnotherServerMeanwhileIsErasedToo() throws Exception {
    Path own = Files.createDirectory(folder.resolve("own"));
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    try (TestLog log = new TestLog(own, TestStore.POSTGRES)) {
      TestStore.POSTGRES.share(own, elsewhere);
      try (TestLog other = new TestLog(elsewhere, TestStore.POSTGRES);
          PostgresDatabase read = (PostgresDatabase) TestStore.POSTGRES.open(log.folder)) {
        log.stored(new Entry.Chat(ANA, "Ana", "before"), null);
        long bea = offset(log.stored(new Entry.Chat(BEA, "Bea", "hers"), null));
        AtomicInteger pages = new AtomicInteger();
        // One page of each, of which the entries are the first.
        int tables =
            (int)
                Tables.ALL.all().stream()
                    .filter(table -> table.erasure() instanceof Erasure.Searched)
                    .count();
        ErasureRunner runner =
            new ErasureRunner(new RunningOperations.Place(log.journal, read.reader(), "shared"));
        boolean done =
            runner.erase(
                ANA.value(),
                () -> {},
                rows -> {
                  // When the entries have been searched, in the first search and in the second.
                  int page = pages.getAndIncrement();
                  if (page == 0 || page == tables) {
                    long said =
                        offset(other.stored(new Entry.Chat(ANA, "Ana", "meanwhile"), "id" + pages));
                    other.stored(new Entry.Edit(ANA, said, "edited"), null);
                    other.stored(new Entry.Reaction(ANA, bea, "+", /* removed= */ false), null);
                  }
                });
        assertThat(done).isTrue();
        for (String table : new String[] {"entry", "reaction", "request", "participant"}) {
          assertThat(log.ask("SELECT count(*) FROM %s WHERE client = 'ana'".formatted(table)))
              .as(table)
              .isEqualTo("0");
        }
        assertThat(pages.get())
            .as("three searches that find something, and one for nothing")
            .isEqualTo(4 * tables);
        assertThat(log.ask("SELECT count(*) FROM entry WHERE client = 'bea'")).isEqualTo("1");
        assertThat(
                TestLog.await(
                    log.append(LOBBY, new Entry.Chat(ANA, "Ana", "again"), null, TargetRule.ANY)))
            .isInstanceOf(Outcome.Stored.class);
        try (Snapshot snapshot = read.snapshot()) {
          assertThat(Check.of(snapshot, Progress.NONE).findings()).isEmpty();
        }
      }
    }
  }
}
