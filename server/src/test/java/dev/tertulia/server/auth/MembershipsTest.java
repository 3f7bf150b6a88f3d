package dev.tertulia.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What is known of the lists of members, while they change.
final class MembershipsTest {
  private static final RoomName ROOM = new RoomName("team");
  private static final ClientId ANA = new ClientId("ana");

  private final AtomicInteger reads = new AtomicInteger();
  private final Set<String> lists = ConcurrentHashMap.newKeySet();

  /// Runs within each look-up, after the database was read.
  private final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});

  private final Memberships memberships =
      new Memberships(
          (room, client) -> {
            reads.incrementAndGet();
            boolean member = lists.contains(room + " " + client);
            meanwhile.getAndSet(() -> {}).run();
            return member;
          },
          client -> Runnable::run);

  private boolean lookUp() {
    return memberships.lookUp(ROOM, ANA).toCompletableFuture().join();
  }

  private void change(boolean member) {
    if (member) {
      lists.add(ROOM + " " + ANA);
    } else {
      lists.remove(ROOM + " " + ANA);
    }
    memberships.changed(ROOM, ANA, member);
  }

  @Test
  void bothAnswersAreKeptUntilTheListChanges() {
    assertThat(memberships.known(ROOM, ANA)).isNull();
    assertThat(lookUp()).isFalse();
    assertThat(memberships.known(ROOM, ANA)).isFalse();
    change(true);
    assertThat(memberships.known(ROOM, ANA)).isTrue();
    change(false);
    assertThat(memberships.known(ROOM, ANA)).isFalse();
    assertThat(reads).hasValue(1);
    lists.add(ROOM + " " + ANA);
    memberships.changed();
    assertThat(memberships.known(ROOM, ANA)).isNull();
    assertThat(lookUp()).isTrue();
    assertThat(memberships.known(ROOM, ANA)).isTrue();
  }

  @Test
  void aLookUpDuringWhichTheListChangesIsDoneAgain() {
    change(true);
    memberships.changed();
    meanwhile.set(() -> change(false));
    assertThat(lookUp()).as("removed after the database was read").isFalse();
    assertThat(reads).hasValue(2);
    assertThat(memberships.known(ROOM, ANA)).isFalse();
    memberships.changed();
    meanwhile.set(() -> {
      lists.add(ROOM + " " + ANA);
      memberships.changed();
    });
    assertThat(lookUp()).as("added after the database was read").isTrue();
    assertThat(memberships.known(ROOM, ANA)).isTrue();
  }

  @Test
  void theNumberOfKnownAnswersIsBounded() {
    int clients = 3 * Memberships.MAX_KNOWN;
    for (int i = 0; i < clients; i++) {
      memberships.lookUp(ROOM, new ClientId("c" + i));
    }
    int known = 0;
    for (int i = 0; i < clients; i++) {
      known += memberships.known(ROOM, new ClientId("c" + i)) == null ? 0 : 1;
    }
    assertThat(known).isBetween(Memberships.MAX_KNOWN / 2, Memberships.MAX_KNOWN);
    memberships.lookUp(ROOM, ANA);
    assertThat(memberships.known(ROOM, ANA)).as("the newest").isFalse();
  }

  /// One thread changes a list, others look it up: what is known after a change is never what was
  /// before it.
  @Test
  void nothingOutdatedIsKnownWhateverTheOrder() {
    Random random = new Random(7);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      Memberships concurrent =
          new Memberships((room, client) -> lists.contains(room + " " + client), client -> threads);
      for (int i = 0; i < 20_000; i++) {
        boolean member = random.nextBoolean();
        concurrent.lookUp(ROOM, ANA);
        if (member) {
          lists.add(ROOM + " " + ANA);
        } else {
          lists.remove(ROOM + " " + ANA);
        }
        concurrent.changed(ROOM, ANA, member);
        Boolean known = concurrent.known(ROOM, ANA);
        assertThat(known == null || known == member).as("change " + i).isTrue();
      }
    }
  }
}
