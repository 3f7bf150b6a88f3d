package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StorageTest {
  private static final ClientId ANA = new ClientId("ana");

  @TempDir Path folder;

  private static Storage.Plan plan(boolean memory) {
    return new Storage.Plan(
        topic -> Durability.DURABLE,
        memory,
        room -> false,
        topic -> Retention.FOREVER,
        ClientExpiry.NEVER,
        NameBounds.NONE,
        16,
        1 << 20,
        1 << 20,
        System::currentTimeMillis,
        batch -> {},
        topic -> {},
        client -> {},
        null);
  }

  @Test
  void aFailedOpeningLeavesNothingOpen() throws IOException {
    // It can't be removed, and so not made anew.
    Path inTheWay = folder.resolve("memory.sqlite");
    Files.createDirectories(inTheWay.resolve("not empty"));
    Set<Thread> before = threads();
    assertThatThrownBy(() -> new Storage(folder, plan(true)))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(inTheWay.toString());
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(started(before)).isEmpty());
    assertThat(openFiles()).isEmpty();
    try (Storage opened = new Storage(folder, plan(false))) {
      assertThat(opened.health().ok()).isTrue();
      assertThat(openFiles()).isNotEmpty();
    }
  }

  @Test
  void aFaultOfTheMemoryDatabaseIsReported() throws IOException {
    try (Storage opened = new Storage(folder, plan(true))) {
      assertThat(opened.health().ok()).isTrue();
      Files.delete(folder.resolve("memory.sqlite"));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> opened.health().cause().contains("the log of what is not kept"));
    }
  }

  @Test
  void whatTheFolderHoldsIsCountedInTheBackgroundAndNotInACommit() {
    TopicName room = TopicName.room(new RoomName("hall"));
    Entry.Chat chat = new Entry.Chat(ANA, "Ana", "hello");
    try (Storage opened = new Storage(folder, plan(true))) {
      append(opened.journal(), room, chat);
      append(opened.journal(), TopicName.room(new RoomName("patio")), chat);
      append(
          opened.journal(),
          TopicName.inbox(ANA),
          new Entry.Notification(ANA, Entry.Scope.PERSONAL, "hello"));
    }
    Meters unasked = new Meters();
    SqlJournal.Plan journals =
        new SqlJournal.Plan(
            16,
            1 << 20,
            System::currentTimeMillis,
            SqlJournal.RANDOM_TERMS,
            topic -> Retention.FOREVER,
            ClientExpiry.NEVER,
            NameBounds.NONE,
            List.of(),
            batch -> {},
            unasked,
            EngineGuard.ofNoProcess());
    try (DataFolder held = DataFolder.open(folder);
        SqlJournal journal = SqlJournal.durable(held, journals)) {
      append(journal, room, chat);
      assertThat(value(unasked, "tertulia_rooms_stored", "durable")).isNaN();
      assertThat(value(unasked, "tertulia_inboxes", "durable")).isNaN();
    }
    Meters meters = new Meters();
    try (Storage opened =
        new Storage(folder, null, plan(true), meters, EngineGuard.ofNoProcess(), Progress.NONE)) {
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> {
            assertThat(value(meters, "tertulia_rooms_stored", "durable")).isEqualTo(2);
            assertThat(value(meters, "tertulia_inboxes", "durable")).isEqualTo(1);
            assertThat(value(meters, "tertulia_rooms_stored", "memory")).isEqualTo(0);
          });
      append(opened.journal(), TopicName.room(new RoomName("garden")), chat);
      append(opened.journal(), room, chat);
      assertThat(value(meters, "tertulia_rooms_stored", "durable")).isEqualTo(3);
    }
  }

  private static void append(Journal journal, TopicName topic, Entry.Kept entry) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    journal.append(new Draft.Append(topic, entry, null, TargetRule.ANY, outcome::complete));
    assertThat(outcome).succeedsWithin(Duration.ofSeconds(30)).isInstanceOf(Outcome.Stored.class);
  }

  private static double value(Meters meters, String name, String journal) {
    Metric metric =
        meters.metrics().stream().filter(one -> one.name().equals(name)).findAny().orElseThrow();
    return meters.value(metric, journal);
  }

  private static Set<Thread> threads() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }

  private static Set<Thread> started(Set<Thread> before) {
    Set<Thread> now = threads();
    now.removeAll(before);
    now.removeIf(thread ->
        !thread.getName().startsWith("journal") && !thread.getName().startsWith("reader"));
    return now;
  }

  /// Those of this process in the folder.
  private Set<Path> openFiles() throws IOException {
    Set<Path> open = new HashSet<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        if (Files.isSymbolicLink(file)) {
          Path target = Files.readSymbolicLink(file);
          if (target.startsWith(folder)) {
            open.add(target);
          }
        }
      }
    }
    return open;
  }
}
