package dev.tertulia.server.presence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.journal.EphemeralJournal;
import dev.tertulia.server.topic.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class RoomPresenceTest {
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
      PresenceStore presence = new RoomPresence(journal);
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
  void aClientOnSeveralNodesComesAndLeavesOnce() {
    NodeName two = new NodeName("two");
    NodeName three = new NodeName("three");
    List<ClientId> changed = new ArrayList<>();
    RoomPresence.Elsewhere elsewhere =
        new RoomPresence.Elsewhere() {
          @Override
          public void changed(RoomName room, ClientId client) {
            changed.add(client);
          }

          @Override
          public List<NodeName> missing() {
            return List.of(three);
          }
        };
    try (EphemeralJournal journal = journal()) {
      RoomPresence presence = new RoomPresence(journal, room -> 0, elsewhere);
      presence.enter(ROOM, client(2), "two");
      assertThat(presence.told(two, ROOM, client(1), "one", 2)).isEqualTo(-1);
      assertThat(presence.isIn(ROOM, client(1))).isTrue();
      assertThat(presence.here(ROOM, client(1)).connections()).isZero();
      presence.enter(ROOM, client(1), "one");
      assertThat(presence.told(three, ROOM, client(1), "one", 1)).isEqualTo(-1);
      assertThat(presence.count(ROOM)).isEqualTo(2);
      assertThat(presence.members(ROOM, 10).join().missing()).containsExactly(three);
      assertThat(presence.told(two, ROOM, client(1), "one", 0)).isEqualTo(-1);
      assertThat(presence.leave(ROOM, client(1), true)).as("it is on the third").isFalse();
      assertThat(presence.told(three, ROOM, client(1), "one", 0)).isEqualTo(1);
      assertThat(presence.told(three, ROOM, client(1), "one", 0)).as("again").isEqualTo(-1);
      assertThat(presence.told(two, ROOM, client(3), "three", 1)).isEqualTo(-1);
      presence.leave(ROOM, client(2), true);
      assertThat(presence.rooms()).as("with somebody of this node").isZero();
      assertThat(presence.count(ROOM)).isEqualTo(1);
      assertThat(presence.told(two, ROOM, client(3), "three", 0)).isZero();
      assertThat(presence.count(ROOM)).isZero();
    }
    assertThat(changed).containsExactly(client(2), client(1), client(1), client(2));
    assertThat(told)
        .extracting(Publication::entry)
        .containsExactly(
            new Entry.Presence(client(2), "two", true, 1),
            new Entry.Presence(client(1), "one", true, 2),
            new Entry.Presence(client(1), "one", false, 1),
            new Entry.Presence(client(3), "three", true, 2),
            new Entry.Presence(client(2), "two", false, 1));
  }

  @Test
  void inALargeRoomPresenceIsNotAnnouncedAndListsAreBounded() {
    try (EphemeralJournal journal = journal()) {
      PresenceStore presence = new RoomPresence(journal);
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
      PresenceStore presence = new RoomPresence(journal);
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
