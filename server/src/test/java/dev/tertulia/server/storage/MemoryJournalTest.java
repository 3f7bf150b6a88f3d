package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MemoryJournalTest {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);

  private final List<Publication> committed = new ArrayList<>();

  private static Entry.Kept chat(int number) {
    return new Entry.Chat(new ClientId("ana"), "Ana", "m" + number);
  }

  @Test
  void entriesGetRisingOffsetsInTheOrderInWhichTheyCame() {
    try (MemoryJournal journal = new MemoryJournal(7, 100, () -> 42, committed::addAll)) {
      IntStream.range(0, 100)
          .forEach(i ->
              assertThat(journal.append(new Draft.Append(LOBBY, chat(i))))
                  .isEqualTo(Appended.QUEUED));
    }
    assertThat(committed)
        .containsExactlyElementsOf(
            IntStream.range(0, 100)
                .mapToObj(i ->
                    Publication.kept(LOBBY, new Position(7, i + 1), 42, "7:" + (i + 1), chat(i)))
                .toList());
  }

  @Test
  void aSignalKeepsItsTurnAndTakesNoOffset() {
    try (MemoryJournal journal = new MemoryJournal(7, 100, () -> 42, committed::addAll)) {
      journal.append(new Draft.Append(LOBBY, chat(0)));
      journal.append(new Draft.Signal(LOBBY, new Entry.Departure(new ClientId("bea"))));
      journal.append(new Draft.Append(LOBBY, chat(2)));
    }
    assertThat(committed.stream().map(Publication::position))
        .containsExactly(new Position(7, 1), null, new Position(7, 2));
  }

  @Test
  void aFullQueueRefusesAtOnceAndTakesAgainWhenThereIsRoom() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    Semaphore release = new Semaphore(0);
    MemoryJournal journal =
        new MemoryJournal(
            7,
            2,
            () -> 42,
            batch -> {
              busy.countDown();
              release.acquireUninterruptibly();
              committed.addAll(batch);
            });
    try (journal) {
      journal.append(new Draft.Append(LOBBY, chat(0)));
      busy.await();
      assertThat(journal.append(new Draft.Append(LOBBY, chat(1)))).isEqualTo(Appended.QUEUED);
      assertThat(journal.append(new Draft.Append(LOBBY, chat(2)))).isEqualTo(Appended.QUEUED);
      assertThat(journal.append(new Draft.Append(LOBBY, chat(3))))
          .isEqualTo(Appended.BACK_PRESSURED);
      release.release(Integer.MAX_VALUE);
    }
    assertThat(committed).extracting(Publication::entry).containsExactly(chat(0), chat(1), chat(2));
  }

  @Test
  void aClosedJournalTakesNothing() {
    MemoryJournal journal = new MemoryJournal(7, 2, () -> 42, committed::addAll);
    journal.close();
    assertThat(journal.append(new Draft.Append(LOBBY, chat(0)))).isEqualTo(Appended.CLOSED);
    assertThat(committed).isEmpty();
  }

  @Test
  void aBatchThatCannotBeDeliveredDoesNotStopTheNext() {
    try (MemoryJournal journal =
        new MemoryJournal(
            7,
            10,
            () -> 42,
            batch -> {
              for (Publication publication : batch) {
                if (publication.entry().equals(chat(0))) {
                  throw new IllegalStateException("a defect, on purpose");
                }
                committed.add(publication);
              }
            })) {
      journal.append(new Draft.Append(LOBBY, chat(0)));
      org.awaitility.Awaitility.await()
          .until(() -> {
            journal.append(new Draft.Append(LOBBY, chat(1)));
            return !committed.isEmpty();
          });
    }
  }
}
