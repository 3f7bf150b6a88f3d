package dev.tertulia.server.storage;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.admin.Inspection;
import dev.tertulia.server.storage.read.SqlLog;
import dev.tertulia.server.storage.read.SqlRooms;
import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.ParticipantRow;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import dev.tertulia.server.topic.Log.Page;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/// Measures reading in a room of a million messages, with edits and reactions to every third. Not a
/// test: `java … MillionMessages FOLDER`, which makes the room if the folder is new.
final class MillionMessages {
  private static final int ENTRIES = 1_400_000;
  private static final ClientId READER = LogFixture.client(1);

  private MillionMessages() {}

  public static void main(String[] arguments) throws Exception {
    Path path = Path.of(arguments[0]);
    boolean isNew = !Files.exists(path);
    try (DataFolder folder = DataFolder.open(path);
        Readers readers = new Readers(1, 10)) {
      SqliteDatabase file = SqliteDatabase.lasting(folder);
      if (isNew) {
        fill(file);
      }
      ReadDatabase database = new ReadDatabase(readers, file.reader());
      SqlRooms rooms = new SqlRooms(database);
      SqlLog log = new SqlLog(database, new Tail(0));
      Random random = new Random(1);
      for (int limit : new int[] {50, 200}) {
        measure(
            "history, " + limit + " messages",
            2000,
            i -> rooms.before(LogFixture.ROOM, random.nextInt(ENTRIES), limit, READER));
      }
      measure(
          "history, the newest 200",
          2000,
          i -> rooms.before(LogFixture.ROOM, Long.MAX_VALUE, 200, READER));
      measure(
          "since, 200 entries",
          2000,
          i -> log.since(LogFixture.TOPIC, new Position(9, random.nextInt(ENTRIES)), 200, 1 << 18));
      measure("rooms, one of 10,000 unread", 200, i -> rooms.of(READER, 500));
      memory();
      long began = System.nanoTime();
      try (Snapshot reader = SqliteSnapshot.of(file.file())) {
        System.out.println(
            new Inspection(reader, null, Progress.NONE).run().size()
                + " findings in "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)
                + " ms");
      }
    }
  }

  private static void memory() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    List<Publication> batch = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      batch.add(
          Publication.kept(
              LogFixture.TOPIC,
              new Position(9, i),
              i,
              "id",
              new Entry.Chat(READER, "Ana", "un mensaje de " + i)));
    }
    long began = System.nanoTime();
    tail.committed(1, 1, batch, List.of());
    System.out.printf("tail, one append: %s ns%n", (System.nanoTime() - began) / batch.size());
    measure(
        "tail, 100 entries",
        50_000,
        i -> {
          Page page = tail.since(LogFixture.TOPIC, new Position(9, 9_900), 200, 1 << 18);
          if (Objects.requireNonNull(page).entries().size() != 100) {
            throw new IllegalStateException();
          }
        });
  }

  private static void measure(String what, int times, IntConsumer reading) {
    for (int i = 0; i < times / 4; i++) {
      reading.accept(i);
    }
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long began = System.nanoTime();
      reading.accept(i);
      nanos[i] = System.nanoTime() - began;
    }
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%s: p50 %.3f ms, p99 %.3f ms, max %.3f ms%n",
        what,
        nanos[times / 2] / 1e6,
        nanos[times * 99 / 100] / 1e6,
        nanos[times - 1] / 1e6);
  }

  private static void fill(SqliteDatabase file) throws SQLException {
    Random random = new Random(1);
    long bytes = 0;
    try (Connection connection = file.connect();
        PreparedStatement entries = insert(connection, "entry", EntryRow.COLUMNS);
        PreparedStatement reactions = insert(connection, "reaction", ReactionRow.COLUMNS)) {
      for (long offset = 1; offset <= ENTRIES; offset++) {
        ClientId client = LogFixture.client(random.nextInt(1000));
        Entry.Kept entry =
            switch ((int) (offset % 7)) {
              case 5 -> new Entry.Edit(client, offset - 1, "un texto que se ha corregido");
              case 6 -> new Entry.Reaction(client, offset - 2, "👍", false);
              default ->
                  new Entry.Chat(client, "Ana", "un mensaje como tantos, con el número " + offset);
            };
        if (entry instanceof Entry.Reaction) {
          new ReactionRow(LogFixture.ID, offset - 2, "👍", client.value(), offset).bind(reactions);
          reactions.executeUpdate();
        }
        EntryRow row =
            new EntryRow(
                LogFixture.ID,
                offset,
                9,
                offset,
                EntryBody.kind(entry),
                client.value(),
                null,
                entry instanceof Entry.Amendment amendment ? amendment.target() : null,
                false,
                EntryBody.write(entry));
        bytes += row.body().length;
        row.bind(entries);
        entries.executeUpdate();
        if (offset % 10_000 == 0) {
          connection.commit();
        }
      }
      try (PreparedStatement topic = insert(connection, "topic", TopicRow.COLUMNS);
          PreparedStatement mark = insert(connection, "participant", ParticipantRow.COLUMNS)) {
        new TopicRow(
                LogFixture.ID, 1, LogFixture.ROOM.value(), ENTRIES, 0, 0, ENTRIES, ENTRIES, bytes)
            .bind(topic);
        topic.executeUpdate();
        new ParticipantRow(READER.value(), LogFixture.ID, true, true, 0).bind(mark);
        mark.executeUpdate();
      }
      connection.commit();
    }
  }

  private static PreparedStatement insert(Connection connection, String table, String columns)
      throws SQLException {
    return connection.prepareStatement(
        "INSERT INTO %s (%s) VALUES (%s)"
            .formatted(table, columns, columns.replaceAll("\\w+", "?")));
  }
}
