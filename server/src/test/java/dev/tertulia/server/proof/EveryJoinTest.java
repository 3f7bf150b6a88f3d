package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients join rooms, leave and return at random, while messages are sent and the server is killed
/// and restarted on the same folder; everything that any client was told is compared with the log
/// at the end, entry by entry. No entry is missing between a page and live delivery, none is
/// doubled or out of order, and *recovered* is never claimed wrongly.
///
/// After each start all clients connect at once, to rooms that are too long to be in memory
/// already.
@Tag("system")
final class EveryJoinTest {
  private static final List<String> ROOMS =
      IntStream.range(0, 10).mapToObj(i -> "room-" + i).toList();

  /// More than are loaded into memory at once.
  private static final int LENGTH = 1_100;

  private static final int VISITORS = 32;
  private static final int STREAMS = 3;
  private static final int SCRIBES = 1;
  private static final int MOST_SHOWN = 10;

  @TempDir private Path folder;

  private final Seeded seeded = Seeded.print();
  private final RandomGenerator random = seeded.random();
  private final Scribe.Known known = new Scribe.Known();
  private final List<Scribe> scribes = new ArrayList<>();
  private final List<Visitor> visitors = new ArrayList<>();
  private final List<StreamVisitor> streams = new ArrayList<>();

  @Test
  void everyJoinIsAnsweredCorrectly() throws IOException {
    run(3, 1_200);
  }

  @Test
  @Tag("long")
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void aHundredThousandJoinsAreAnsweredCorrectly() throws IOException {
    run(80, 100_000);
  }

  private void run(int starts, int joins) throws IOException {
    Path data = folder.resolve("data");
    for (int i = 0; i < SCRIBES; i++) {
      scribes.add(new Scribe("scribe-" + i, ROOMS, known));
    }
    for (int i = 0; i < VISITORS; i++) {
      visitors.add(new Visitor("visitor-" + i, ROOMS, known, random));
    }
    for (int i = 0; i < STREAMS; i++) {
      streams.add(new StreamVisitor("stream-" + i, ROOMS, known));
    }
    fill(data);
    for (int start = 1; joins() < joins; start++) {
      int more = Math.max(joins / starts, (joins - joins()) / Math.max(1, starts - start + 1));
      visit(data, more, joins() + more >= joins);
    }
    List<String> wrong = new ArrayList<>();
    scribes.forEach(scribe -> wrong.addAll(scribe.breaches));
    ExportedRooms log = ExportedRooms.of(data, folder.resolve("log.jsonl"));
    visitors.forEach(visitor -> visitor.check(log, wrong));
    streams.forEach(stream -> stream.check(log, wrong));
    System.out.println(joins() + " joins, " + wrong.size() + " things wrong");
    assertThat(wrong.stream().limit(MOST_SHOWN)).as("%s", seeded).isEmpty();
  }

  /// Makes rooms that are too long to be in memory when a server starts.
  private void fill(Path data) {
    ClientId client = new ClientId("before");
    try (DataFolder opened = DataFolder.open(data);
        Journal journal =
            SqlJournal.durable(
                opened,
                new SqlJournal.Plan(
                    ROOMS.size() * LENGTH,
                    System::currentTimeMillis,
                    topic -> Retention.FOREVER,
                    List.of(),
                    batch -> {}))) {
      for (int i = 0; i < ROOMS.size() * LENGTH; i++) {
        TopicName room = TopicName.room(new RoomName(ROOMS.get(i % ROOMS.size())));
        Entry.Chat chat = new Entry.Chat(client, "Before", "message " + i);
        assertThat(
                journal.append(
                    new Draft.Append(
                        room, chat, "before-" + i, Draft.TargetRule.ANY, Draft.Receipt.NONE)))
            .isEqualTo(Journal.Appended.QUEUED);
      }
    }
    ROOMS.forEach(room -> known.note(room, LENGTH));
  }

  /// One server, until it is killed: in the midst of it, or at rest.
  private void visit(Path data, int joins, boolean last) {
    try (ServerUnderTest server = ServerUnderTest.start(data)) {
      for (Visitor visitor : visitors) {
        visitor.come(joins / VISITORS + 1);
        visitor.connect(server.port());
      }
      for (Scribe scribe : scribes) {
        scribe.connect(server.port());
        scribe.write(1);
      }
      streams.forEach(stream -> stream.connect(server.port()));
      visitors.forEach(Visitor::begin);
      if (last || random.nextBoolean()) {
        visitors.forEach(Visitor::awaitAll);
        scribes.forEach(Scribe::rest);
        // Whoever has a gap sees it at the latest now.
        scribes.getFirst().write(1, 1);
        visitors.forEach(Visitor::awaitRest);
        streams.forEach(StreamVisitor::awaitRest);
      } else {
        visitors.get(random.nextInt(VISITORS)).awaitAll();
      }
      server.kill();
    }
    scribes.forEach(scribe -> scribe.await("the end", scribe::isEnded));
    visitors.forEach(visitor -> visitor.await("the end", visitor::isEnded));
    streams.forEach(StreamVisitor::awaitEnd);
  }

  private int joins() {
    return visitors.stream().mapToInt(Visitor::joins).sum()
        + streams.stream().mapToInt(StreamVisitor::joins).sum();
  }
}
