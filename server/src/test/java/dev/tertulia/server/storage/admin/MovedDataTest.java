package dev.tertulia.server.storage.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.rows.ApiKeyRow;
import dev.tertulia.server.storage.rows.RowChange;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random data that moves to PostgreSQL and back is the same, byte by byte.
final class MovedDataTest {
  private static final int ROUNDS = 3;
  private static final int DRAFTS = 300;

  /// What is special in SQL, in `COPY`, in JSON, in sorting, and to people.
  private static final List<String> PIECES =
      List.of(
          "a",
          "B",
          "é",
          "ñ",
          "z",
          "😀",
          "🦜",
          "\\",
          "\\N",
          "\\.",
          "\t",
          "\n",
          "\r",
          "'",
          "\"",
          "%",
          "\u0001",
          "\u001f",
          "\u007f",
          "\u0080",
          "\u2028",
          "\ufeff",
          "\uffff",
          " ",
          "~",
          "{\"a\":1}");

  @TempDir private Path temp;
  private final PostgresAddress address = PostgresAddress.of(Postgres.shared().newDatabase(), null);
  private final DataFolderOperations files = new FolderOperations(FolderServer.NONE);
  private final DataFolderOperations database = new DatabaseOperations(address, FolderServer.NONE);

  /// What was stored so far, to be amended, read and acknowledged.
  private final List<Stored> stored = new ArrayList<>();

  private record Stored(TopicName topic, Position position, String id) {}

  private static String export(DataFolderOperations from, Path folder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> findings = new ArrayList<>();
    from.export(folder, out, findings::add, false, Progress.NONE);
    assertThat(findings).isEmpty();
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void importInto(DataFolderOperations into, Path folder, String lines)
      throws IOException {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    into.importLines(folder, new ByteArrayInputStream(bytes), Progress.NONE);
  }

  @Test
  void itIsTheSameByteByByte() throws IOException {
    Seeded seeded = Seeded.print();
    Path data = temp.resolve("data");
    for (int round = 0; round < ROUNDS; round++) {
      try (TestLog log = new TestLog(data)) {
        for (int i = 0; i < DRAFTS; i++) {
          write(log, seeded.random());
        }
      }
      String lines = export(files, data);
      // From the second round on, what has come since is merged with what is there.
      importInto(database, temp, lines);
      String moved = export(database, temp);
      if (round == 0) {
        assertThat(moved).as(seeded.toString()).isEqualTo(lines);
      }
      assertThat(database.check(temp, Progress.NONE).findings()).as(seeded.toString()).isEmpty();
      Path back = temp.resolve("back-" + round);
      importInto(files, back, moved);
      assertThat(export(files, back)).as(seeded.toString()).isEqualTo(moved);
      // The same lines, merged in the same way by SQLite alone.
      importInto(files, temp.resolve("merged"), lines);
      assertThat(export(files, temp.resolve("merged"))).as(seeded.toString()).isEqualTo(moved);
    }
  }

  private void write(TestLog log, RandomGenerator random) {
    ClientId client = client(random);
    Stored target = stored.isEmpty() ? null : stored.get(random.nextInt(stored.size()));
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> append(log, random, room(random), chat(random, client, null));
      case 3 -> {
        if (target != null && target.topic.kind() == TopicName.Kind.ROOM) {
          append(log, random, target.topic, chat(random, client, target.position.offset()));
        }
      }
      case 4 -> amend(log, random, target, offset -> new Entry.Edit(client, offset, text(random)));
      case 5 -> amend(log, random, target, offset -> new Entry.Deletion(client, offset));
      case 6 ->
          amend(
              log,
              random,
              target,
              offset -> new Entry.Reaction(client, offset, piece(random), random.nextInt(4) == 0));
      case 7 -> log.mark(client, random.nextInt(20));
      case 8 ->
          note(
              log,
              receipt ->
                  new Draft.Membership(room(random), client, random.nextInt(3) > 0, 100, receipt));
      case 9 -> note(log, receipt -> new Draft.Seen(client, receipt));
      case 10 -> {
        boolean all = random.nextInt(3) == 0;
        append(
            log,
            random,
            all ? TopicName.BROADCASTS : TopicName.inbox(client(random)),
            new Entry.Notification(
                client,
                all ? Entry.Scope.BROADCAST : Entry.Scope.PERSONAL,
                text(random),
                random.nextBoolean() ? text(random) : null,
                random.nextBoolean() ? "{\"x\":[1,\"\\u0000\\\\\"]}" : null,
                random.nextBoolean() ? piece(random) : null,
                Entry.Urgency.HIGH,
                false,
                0));
      }
      case 11 -> {
        if (target != null && target.topic.kind() != TopicName.Kind.ROOM) {
          ClientId reader = of(target, client);
          append(
              log,
              null,
              TopicName.inbox(reader),
              random.nextBoolean()
                  ? new Entry.InboxRead(reader, List.of(target.id), null, 0, 0)
                  : new Entry.InboxRead(reader, List.of(), target.id, 0, 0));
        }
      }
      case 12 -> {
        if (target != null && target.topic.kind() != TopicName.Kind.ROOM) {
          String device = "móvil " + piece(random);
          ClientId owner = of(target, client);
          Position own = target.topic.kind() == TopicName.Kind.INBOX ? target.position : null;
          note(
              log,
              receipt ->
                  random.nextBoolean()
                      ? new Draft.Shown(owner, device, target.topic, target.position, receipt)
                      : new Draft.Acked(
                          owner,
                          device,
                          new InboxPosition(own, own == null ? target.position : null),
                          receipt));
        }
      }
      default -> {
        ApiKey key =
            ApiKey.make(
                    "key-" + stored.size() + "-" + random.nextInt(),
                    new KeyScopes(Set.of(KeyScopes.Scope.SEND), KeyScopes.ALL_ROOMS),
                    Instant.ofEpochMilli(1_000_000),
                    null)
                .key();
        note(
            log,
            receipt ->
                new Draft.Records(new RowChange(List.of(ApiKeyRow.of(key)), List.of()), receipt));
      }
    }
  }

  private static ClientId of(Stored notification, ClientId otherwise) {
    return notification.topic.kind() == TopicName.Kind.INBOX
        ? new ClientId(notification.topic.name())
        : otherwise;
  }

  private void amend(
      TestLog log, RandomGenerator random, @Nullable Stored target, Function<Long, Entry.Kept> by) {
    if (target != null && target.topic.kind() == TopicName.Kind.ROOM) {
      append(log, random, target.topic, by.apply(target.position.offset()));
    }
  }

  /// @param random for an id of the request; `null` for none
  private void append(
      TestLog log, @Nullable RandomGenerator random, TopicName topic, Entry.Kept entry) {
    String id = random == null || random.nextBoolean() ? null : piece(random) + random.nextInt(50);
    Outcome outcome = TestLog.await(log.append(topic, entry, id, Draft.TargetRule.ANY));
    if (outcome instanceof Outcome.Stored done
        && done.position() != null
        && (entry instanceof Entry.Chat || entry instanceof Entry.Notification)) {
      stored.add(new Stored(topic, done.position(), done.id()));
    }
  }

  private static void note(TestLog log, Function<Draft.Receipt, Draft> draft) {
    CompletableFuture<Outcome> future = new CompletableFuture<>();
    log.journal.append(draft.apply(future::complete));
    TestLog.await(future);
  }

  private static Entry.Chat chat(RandomGenerator random, ClientId client, @Nullable Long replyTo) {
    return new Entry.Chat(
        client,
        text(random),
        text(random),
        replyTo,
        random.nextBoolean() ? null : "[\"\\u0000\",{\"é\":1e5}]",
        false);
  }

  private static ClientId client(RandomGenerator random) {
    return new ClientId("client" + "~:A.a".charAt(random.nextInt(5)) + random.nextInt(3));
  }

  private static TopicName room(RandomGenerator random) {
    return TopicName.room(new RoomName("room" + "~:A.a".charAt(random.nextInt(5))));
  }

  private static String piece(RandomGenerator random) {
    return PIECES.get(random.nextInt(PIECES.size()));
  }

  private static String text(RandomGenerator random) {
    StringBuilder text = new StringBuilder("t");
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(piece(random));
    }
    return text.toString();
  }
}
