package dev.tertulia.server.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.journal.EphemeralJournal;
import dev.tertulia.server.topic.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class LocalPresenceTest {
  private static final RoomName ROOM = new RoomName("a");

  private final List<Publication> told = new ArrayList<>();

  private EphemeralJournal journal() {
    return new EphemeralJournal(1, 100_000, () -> 0, told::addAll);
  }

  private static ClientId client(int number) {
    return new ClientId("c" + number);
  }

  @Test
  void aClientIsPresentFromItsFirstConnectionToItsLast() {
    try (EphemeralJournal journal = journal()) {
      PresenceStore presence = new LocalPresence(journal);
      assertThat(presence.enter(ROOM, client(1), "one")).isEqualTo(1);
      assertThat(presence.enter(ROOM, client(1), "one")).isEqualTo(1);
      assertThat(presence.enter(ROOM, client(2), "two")).isEqualTo(2);
      presence.leave(ROOM, client(1), true);
      assertThat(presence.count(ROOM)).isEqualTo(2);
      presence.leave(ROOM, client(1), true);
      assertThat(presence.members(ROOM, 10).join())
          .isEqualTo(
              Partial.whole(
                  new PresenceStore.Members(
                      List.of(new PresenceStore.Member(client(2), "two")), 1)));
      presence.leave(ROOM, client(2), true);
      assertThat(presence.rooms()).isZero();
    }
    assertThat(told)
        .extracting(Publication::entry)
        .as("nobody is left to be told of the last one")
        .containsExactly(
            new Entry.Presence(client(1), "one", true, 1),
            new Entry.Presence(client(2), "two", true, 2),
            new Entry.Presence(client(1), "one", false, 1));
  }

  @Test
  void inALargeRoomPresenceIsNotAnnouncedAndListsAreBounded() {
    try (EphemeralJournal journal = journal()) {
      PresenceStore presence = new LocalPresence(journal);
      for (int i = 0; i < 20_000; i++) {
        presence.enter(ROOM, client(i), "name");
      }
      PresenceStore.Members members = presence.members(ROOM, 200).join().value();
      assertThat(members.members()).hasSize(200);
      assertThat(members.count()).isEqualTo(20_000);
      for (int i = 0; i < 20_000; i++) {
        presence.leave(ROOM, client(i), false);
      }
    }
    assertThat(told).hasSize(PresenceStore.LARGEST_TOLD);
  }

  /// However threads meet: the counts that are told are those of the order in which it happened.
  @Test
  void theCountsFollowTheOrderOfTheEvents() throws InterruptedException {
    try (EphemeralJournal journal = journal()) {
      PresenceStore presence = new LocalPresence(journal);
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int own = t;
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    start.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  for (int i = 0; i < 1_000; i++) {
                    presence.enter(ROOM, client(own), "name");
                    presence.leave(ROOM, client(own), true);
                  }
                }));
      }
      start.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(presence.rooms()).isZero();
    }
    int count = 0;
    for (Publication publication : told) {
      Entry.Presence presence = (Entry.Presence) publication.entry();
      if (presence.joined() && presence.count() == 1) {
        count = 0; // The room was empty, and the last one who left has not been told of.
      }
      count += presence.joined() ? 1 : -1;
      assertThat(presence.count()).isEqualTo(count);
    }
  }
}
