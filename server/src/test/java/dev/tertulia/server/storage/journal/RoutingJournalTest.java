package dev.tertulia.server.storage.journal;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.await;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RoutingJournalTest {
  private static final RoomName SIGNAL = new RoomName("signal");
  private static final RoomName MEMORY = new RoomName("memory");
  private static final RoomName DURABLE = new RoomName("durable");

  @TempDir Path path;
  private final List<Publication> published = Collections.synchronizedList(new ArrayList<>());

  private RoutingJournal open(DataFolder folder) {
    return new RoutingJournal(
        topic ->
            switch (topic.name()) {
              case "signal" -> Durability.SIGNAL;
              case "memory" -> Durability.MEMORY;
              default -> Durability.DURABLE;
            },
        SqlJournal.durable(
            folder,
            new SqlJournal.Plan(
                100, () -> 1, t -> Retention.FOREVER, List.of(), published::addAll)),
        SqlJournal.passing(
            folder,
            new SqlJournal.Plan(
                100, () -> 2, t -> Retention.FOREVER, List.of(), published::addAll)),
        new EphemeralJournal(7, 100, () -> 3, published::addAll));
  }

  private static Outcome say(Journal journal, RoomName room, Entry.Kept entry, String id) {
    CompletableFuture<Outcome> future = new CompletableFuture<>();
    Draft draft =
        new Draft.Append(TopicName.room(room), entry, id, TargetRule.ANY, future::complete);
    assertThat(journal.append(draft)).isEqualTo(Appended.QUEUED);
    return await(future);
  }

  private static long offset(Outcome outcome) {
    var position = ((Outcome.Stored) outcome).position();
    return position == null ? -1 : position.offset();
  }

  @Test
  void eachTopicIsStoredAccordingToItsRule() {
    try (DataFolder folder = DataFolder.open(path)) {
      for (long start = 1; start <= 2; start++) {
        try (RoutingJournal routingJournal = open(folder)) {
          assertThat(offset(say(routingJournal, DURABLE, chat("x"), "r" + start))).isEqualTo(start);
          assertThat(offset(say(routingJournal, MEMORY, chat("x"), "r" + start))).isEqualTo(1);
          assertThat(offset(say(routingJournal, MEMORY, chat("x"), "r" + start))).isEqualTo(1);
          assertThat(offset(say(routingJournal, MEMORY, new Entry.Edit(ANA, 1, "y"), "e")))
              .isEqualTo(2);
          assertThat(say(routingJournal, SIGNAL, chat("x"), "r"))
              .isEqualTo(new Outcome.Stored(null, 3, "r"));
          Entry.Signal coming = new Entry.Presence(ANA, "Ana", true, 1);
          routingJournal.append(new Draft.Signal(TopicName.presence(DURABLE), coming));
        }
        assertThat(published).hasSize((int) (5 * start));
      }
    }
  }

  @Test
  void entriesThatAreNotStoredCanNotBeReferencedOrAmended() {
    try (EphemeralJournal journal = new EphemeralJournal(7, 100, () -> 3, published::addAll)) {
      Outcome notFound = new Outcome.Refused(ErrorCode.NOT_FOUND);
      assertThat(say(journal, SIGNAL, new Entry.Edit(ANA, 1, "x"), "a")).isEqualTo(notFound);
      assertThat(say(journal, SIGNAL, new Entry.Chat(ANA, "", "", 1L, null, false), "b"))
          .isEqualTo(notFound);
      CompletableFuture<Outcome> mark = new CompletableFuture<>();
      journal.append(new Draft.Mark(TopicName.room(SIGNAL), ANA, 4, mark::complete));
      assertThat(await(mark)).isEqualTo(new Outcome.Marked(0));
      journal.append(new Draft.Append(TopicName.room(SIGNAL), chat("x")));
      journal.append(new Draft.Append(TopicName.room(SIGNAL), chat("y")));
    }
    assertThat(published.stream().map(Publication::id)).containsExactly("7-1", "7-2");
    assertThat(published.stream().map(Publication::position)).containsOnlyNulls();
  }

  @Test
  void aClosedJournalHasPublishedItsEntriesAndAcceptsNoMore() {
    EphemeralJournal journal = new EphemeralJournal(7, 100, () -> 3, published::addAll);
    for (int i = 0; i < 50; i++) {
      journal.append(new Draft.Append(TopicName.room(SIGNAL), chat("m" + i)));
    }
    journal.close();
    assertThat(published).hasSize(50);
    assertThat(journal.append(new Draft.Append(TopicName.room(SIGNAL), chat("late"))))
        .isEqualTo(Appended.CLOSED);
  }
}
