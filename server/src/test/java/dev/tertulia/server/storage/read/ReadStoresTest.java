package dev.tertulia.server.storage.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Log.Page;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Seam;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The journals and what reads behind them, together.
final class ReadStoresTest {
  private static final ClientId ANA = new ClientId("ana");

  private static Durability keeping(TopicName topic) {
    return switch (topic.name().charAt(0)) {
      case 'm' -> Durability.MEMORY;
      case 's' -> Durability.SIGNAL;
      default -> Durability.DURABLE;
    };
  }

  private static TopicName room(String name) {
    return TopicName.room(new RoomName(name));
  }

  @Test
  void entriesOfAllJournalsAreReadAndFoundSound(@TempDir Path path) throws Exception {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    BlockingQueue<List<Publication>> handed = new LinkedBlockingQueue<>();
    try (DataFolder folder = DataFolder.open(path.resolve("data"));
        SqlJournal durable =
            SqlJournal.durable(
                folder,
                new SqlJournal.Plan(
                    100, () -> 42, topic -> Retention.FOREVER, List.of(tail), handed::add));
        SqlJournal memory =
            SqlJournal.passing(
                folder,
                new SqlJournal.Plan(
                    100, () -> 42, topic -> Retention.FOREVER, List.of(tail), handed::add));
        ReadStores cold =
            new ReadStores(
                SqliteDatabase.reading(folder.database()).reader(),
                SqliteDatabase.reading(folder.memoryDatabase()).reader(),
                new Readers(1, 10),
                new Tail(0),
                ReadStoresTest::keeping,
                room -> false,
                new ReadMeters(new Meters()),
                Seam.ALONE);
        ReadStores warm =
            new ReadStores(
                SqliteDatabase.reading(folder.database()).reader(),
                SqliteDatabase.reading(folder.memoryDatabase()).reader(),
                new Readers(1, 10),
                tail,
                ReadStoresTest::keeping,
                room -> false,
                new ReadMeters(new Meters()),
                Seam.ALONE)) {
      for (SqlJournal journal : List.of(durable, memory)) {
        TopicName topic = room(journal == durable ? "durable" : "memory");
        journal.append(new Draft.Append(topic, new Entry.Chat(ANA, "Ana", "secreto")));
        journal.append(new Draft.Append(topic, new Entry.Edit(ANA, 1, "más secreto")));
        journal.append(new Draft.Append(topic, new Entry.Deletion(ANA, 1)));
        journal.append(new Draft.Append(topic, new Entry.Chat(ANA, "Ana", "hola")));
        for (int entries = 0; entries < 4; ) {
          entries += handed.take().size();
        }
        Page stored = Objects.requireNonNull(cold.log().since(topic, Position.START, 10, 1000));
        assertThat(stored.entries()).hasSize(4);
        assertThat(stored.toString()).doesNotContain("secreto").contains("hola");
        assertThat(warm.log().recent(topic, Position.START, 10, 1000)).isEqualTo(stored);
      }
      assertThat(cold.rooms().of(ANA, 10))
          .extracting(state -> state.room().value())
          .containsExactly("durable", "memory");
      assertThat(warm.log().newest(room("signal"), 10, 1000).end()).isEqualTo(Position.START);
      assertThat(warm.log().since(room("signal"), new Position(1, 1), 10, 1000)).isNull();
      assertThat(Check.of(folder.path(), Progress.NONE).findings()).isEmpty();
    }
  }
}
