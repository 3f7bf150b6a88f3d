package dev.tertulia.server.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.CommitListener.Blanked;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Log.Page;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WatchedTail;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

final class TailTest {
  private static final ClientId ANA = new ClientId("ana");
  private static final int MANY = 1 << 20;

  private static TopicName room(int number) {
    return TopicName.room(new RoomName("room-" + number));
  }

  private static Position position(long offset) {
    return new Position(offset % 100 < 50 ? 5 : 9, offset);
  }

  private static Publication chat(TopicName topic, long offset, int length) {
    return Publication.kept(
        topic, position(offset), offset, "id", new Entry.Chat(ANA, "Ana", "x".repeat(length)));
  }

  private static List<Publication> chats(TopicName topic, int from, int to) {
    List<Publication> chats = new ArrayList<>();
    for (int offset = from; offset <= to; offset++) {
      chats.add(chat(topic, offset, 10));
    }
    return chats;
  }

  private static Page held(Tail tail, TopicName topic, long after) {
    Position from = after == 0 ? Position.START : position(after);
    return Objects.requireNonNull(tail.since(topic, from, 10_000, MANY));
  }

  @Test
  void aPositionIsValidByItsTerm() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, chats(room(1), 1, 300), List.of());
    assertThat(held(tail, room(1), 250).entries()).isEqualTo(chats(room(1), 251, 300));
    assertThat(tail.since(room(1), new Position(6, 250), 10, MANY)).isNull();
    assertThat(tail.since(room(1), position(301), 10, MANY)).isNull();
    assertThat(tail.since(room(2), Position.START, 10, MANY)).isNull();
    assertThat(Objects.requireNonNull(tail.since(room(1), Position.START, 10, MANY)).entries())
        .hasSize(10);
  }

  @Test
  void aTopicFirstSeenInItsMiddleHoldsNothingBefore() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, chats(room(1), 41, 60), List.of());
    assertThat(tail.since(room(1), position(40), 10, MANY)).isNull();
    assertThat(tail.newest(room(1), 21, MANY)).isNull();
    assertThat(Objects.requireNonNull(tail.newest(room(1), 20, MANY)).entries()).hasSize(20);
    assertThat(held(tail, room(1), 41).entries()).hasSize(19);
  }

  @Test
  void loadedEntriesJoinThoseCommittedMeanwhile() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, chats(room(1), 41, 60), List.of());
    assertThat(tail.beginLoading(room(1))).isNull();
    assertThat(tail.beginLoading(room(1))).isNull();
    Tail.Loading loading = Objects.requireNonNull(tail.beginLoading(room(1)));
    assertThat(tail.beginLoading(room(1))).as("a second one at once").isNull();
    List<Publication> read = chats(room(1), 11, 65);
    tail.committed(1, 1, chats(room(1), 61, 70), List.of());
    Entry.Chat blank = new Entry.Chat(ANA, "Ana", "", null, null, true);
    tail.committed(1, 1, List.of(), List.of(new Blanked(room(1), 20, blank)));
    loading.finish(position(10), false, read);
    loading.close();
    List<Publication> all = held(tail, room(1), 10).entries();
    assertThat(all).hasSize(60);
    assertThat(all.get(9).entry()).isEqualTo(blank);
    assertThat(all.getLast()).isEqualTo(chat(room(1), 70, 10));
  }

  @Test
  void entriesThatWereLoadedAreDroppedWhenAnotherOneHasTheirPlace() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, chats(room(1), 1, 3), List.of());
    tail.committed(1, 1, chats(room(1), 2, 2), List.of());
    assertThat(held(tail, room(1), 0).entries()).as("the same once more").hasSize(3);
    Publication other =
        Publication.kept(room(1), new Position(6, 2), 2, "id", new Entry.Chat(ANA, "Ana", "other"));
    tail.committed(6, 1, List.of(other), List.of());
    assertThat(tail.since(room(1), position(1), 10, MANY))
        .as("what was before is not held")
        .isNull();
    assertThat(Objects.requireNonNull(tail.newest(room(1), 1, MANY)).entries())
        .containsExactly(other);
  }

  @Test
  void aSubscriberToldToStartOverDoesNotFindTheOldTail() {
    List<TopicName> told = new ArrayList<>();
    Tail[] tail = new Tail[1];
    tail[0] =
        new Tail(
            Tail.DEFAULT_BYTES,
            topic -> {
              assertThat(tail[0].since(topic, position(1), 10, MANY)).isNull();
              told.add(topic);
            });
    tail[0].committed(1, 1, chats(room(1), 1, 2), List.of());
    assertThat(held(tail[0], room(1), 1).entries()).hasSize(1);
    tail[0].renewed(room(1));
    assertThat(told).containsExactly(room(1));
    // What came between is only in the database.
    tail[0].committed(1, 1, chats(room(1), 7, 7), List.of());
    assertThat(tail[0].since(room(1), position(1), 10, MANY)).isNull();
    assertThat(tail[0].newest(room(1), 2, MANY)).isNull();
  }

  private static Tail.Loading beginLoading(Tail tail, TopicName topic) {
    tail.beginLoading(topic);
    tail.beginLoading(topic);
    return Objects.requireNonNull(tail.beginLoading(topic));
  }

  @Test
  void readersSeeALoadedTopicCompletelyOrNotAtAll() {
    Tail[] tail = new Tail[1];
    List<Page> seen = new ArrayList<>();
    tail[0] =
        WatchedTail.of(
            Tail.DEFAULT_BYTES,
            () -> {
              Page newest = tail[0].newest(room(1), 50, MANY);
              if (newest != null) {
                seen.add(newest);
              }
            });
    try (Tail.Loading loading = beginLoading(tail[0], room(1))) {
      tail[0].committed(1, 1, chats(room(1), 1101, 1110), List.of());
      loading.finish(position(110), false, chats(room(1), 111, 1105));
    }
    assertThat(seen).hasSize(1);
    assertThat(seen.getFirst().entries()).isEqualTo(chats(room(1), 1061, 1110));
  }

  @Test
  void aTopicThatOutgrewItsShareDuringLoadingHasNoGap() {
    Tail tail = new Tail(1 << 20);
    try (Tail.Loading loading = beginLoading(tail, room(1))) {
      List<Publication> read = chats(room(1), 1, 5);
      tail.committed(1, 1, chats(room(1), 6, 921), List.of());
      assertThat(tail.newest(room(1), 900, MANY)).as("more than its share").isNull();
      loading.finish(Position.START, true, read);
    }
    assertThat(tail.since(room(1), position(3), 1000, MANY)).isNull();
    assertThat(tail.newest(room(1), 900, MANY)).isNull();
    assertThat(held(tail, room(1), 900).entries()).isEqualTo(chats(room(1), 901, 921));
  }

  @Test
  void aTopicBeginsAtAFloorThatMovedDuringLoading() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    try (Tail.Loading loading = beginLoading(tail, room(1))) {
      List<Publication> read = chats(room(1), 1, 100);
      tail.committed(1, 1, chats(room(1), 101, 110), List.of());
      tail.trimmed(room(1), position(60));
      loading.finish(Position.START, true, read);
    }
    assertThat(tail.since(room(1), position(59), 1000, MANY)).isNull();
    assertThat(held(tail, room(1), 60).entries()).isEqualTo(chats(room(1), 61, 110));
    assertThat(Objects.requireNonNull(tail.newest(room(1), 99, MANY)).entries()).hasSize(50);
  }

  @Test
  void aMissedCommitLeavesNoGap() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, chats(room(1), 1, 10), List.of());
    tail.committed(1, 1, chats(room(1), 12, 15), List.of());
    assertThat(tail.since(room(1), position(5), 100, MANY)).isNull();
    assertThat(tail.newest(room(1), 5, MANY)).isNull();
    assertThat(held(tail, room(1), 12).entries()).isEqualTo(chats(room(1), 13, 15));
  }

  @Test
  void aCommitThatFailsHalfwayClearsTheTail() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, chats(room(1), 1, 10), List.of());
    List<Publication> batch =
        new AbstractList<>() {
          @Override
          public Publication get(int index) {
            if (index == 5) {
              throw new OutOfMemoryError("in the midst of it");
            }
            return chat(room(1), 11 + index, 10);
          }

          @Override
          public int size() {
            return 10;
          }
        };
    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() -> tail.committed(1, 1, batch, List.of()));
    assertThat(tail.newest(room(1), 1, MANY)).isNull();
    assertThat(tail.weight()).isZero();
  }

  @Test
  void aDeletionRemovesTheTextImmediately() {
    Entry.Chat blank = new Entry.Chat(ANA, "Ana", "", null, null, true);
    Tail[] tail = new Tail[1];
    List<Entry> seen = new ArrayList<>();
    tail[0] =
        WatchedTail.of(
            Tail.DEFAULT_BYTES,
            () -> seen.add(held(tail[0], room(1), 0).entries().getFirst().entry()));
    tail[0].committed(1, 1, chats(room(1), 1, 3), List.of());
    Publication deletion =
        Publication.kept(room(1), position(4), 4, "id", new Entry.Deletion(ANA, 1));
    tail[0].committed(1, 1, List.of(deletion), List.of(new Blanked(room(1), 1, blank)));
    assertThat(seen).containsExactly(chat(room(1), 1, 10).entry(), blank);
  }

  @Test
  void forgottenOrTrimmedEntriesAreNotLoaded() {
    for (boolean trimmed : new boolean[] {true, false}) {
      Tail tail = new Tail(Tail.DEFAULT_BYTES);
      tail.beginLoading(room(1));
      tail.beginLoading(room(1));
      try (Tail.Loading loading = Objects.requireNonNull(tail.beginLoading(room(1)))) {
        if (trimmed) {
          tail.committed(1, 1, chats(room(1), 6, 6), List.of());
          tail.trimmed(room(1), position(6));
        } else {
          tail.forgotten(room(1));
        }
        loading.finish(Position.START, true, chats(room(1), 1, 5));
      }
      assertThat(tail.since(room(1), Position.START, 10, MANY)).isNull();
      assertThat(tail.since(room(1), position(2), 10, MANY)).isNull();
    }
  }

  @Test
  void aTrimmedTopicBeginsAtItsFloor() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, chats(room(1), 1, 400), List.of());
    tail.trimmed(room(1), position(150));
    assertThat(tail.since(room(1), position(149), 10, MANY)).isNull();
    assertThat(held(tail, room(1), 150).entries()).isEqualTo(chats(room(1), 151, 400));
    tail.trimmed(room(1), position(400));
    assertThat(held(tail, room(1), 400).entries()).isEmpty();
    tail.committed(1, 1, chats(room(1), 401, 401), List.of());
    assertThat(held(tail, room(1), 400).entries()).hasSize(1);
  }

  @Test
  void aboveTheLimitTheTopicUnwrittenForLongestLosesItsOldestFirst() {
    Tail tail = new Tail(400_000);
    tail.committed(1, 1, chats(room(1), 1, 150), List.of());
    tail.committed(1, 1, chats(room(2), 1, 150), List.of());
    tail.committed(1, 1, chats(room(3), 1, 150), List.of());
    tail.committed(1, 1, chats(room(4), 1, 150), List.of());
    tail.committed(1, 1, chats(room(1), 151, 151), List.of());
    tail.committed(1, 1, chats(room(5), 1, 150), List.of());
    assertThat(tail.weight()).isLessThanOrEqualTo(400_000);
    assertThat(held(tail, room(1), 151 - 1).entries()).hasSize(1);
    assertThat(tail.since(room(2), Position.START, 1, MANY)).isNull();
    assertThat(held(tail, room(2), 128).entries()).as("its newest chunk stays").hasSize(22);
    assertThat(tail.since(room(3), Position.START, 1, MANY)).isNotNull();
  }

  @Test
  void oneTopicUsesAQuarterAtMost() {
    Tail tail = new Tail(1 << 20);
    tail.committed(1, 1, chats(room(1), 1, 3), List.of());
    for (int offset = 1; offset <= 5000; offset++) {
      tail.committed(1, 1, List.of(chat(room(2), offset, 100)), List.of());
      assertThat(tail.weight()).isLessThan(1 << 19);
    }
    assertThat(tail.since(room(1), Position.START, 1, MANY)).isNotNull();
    tail.forgotten(room(1));
    tail.forgotten(room(2));
    assertThat(tail.weight()).isZero();
  }

  @Test
  void pagesAreBoundedInEntriesAndText() {
    Tail tail = new Tail(Tail.DEFAULT_BYTES);
    tail.committed(1, 1, chats(room(1), 1, 300), List.of());
    assertThat(Objects.requireNonNull(tail.since(room(1), position(100), 10, 13 * 5)).entries())
        .hasSize(5);
    assertThat(Objects.requireNonNull(tail.since(room(1), position(100), 10, 1)).entries())
        .hasSize(1);
    assertThat(Objects.requireNonNull(tail.newest(room(1), 10, 13 * 5 + 12)).entries()).hasSize(5);
    assertThat(Objects.requireNonNull(tail.newest(room(1), 10, 1)).entries()).hasSize(1);
    assertThat(Objects.requireNonNull(tail.newest(room(1), 1000, MANY)).entries()).hasSize(300);
  }

  @Test
  void theJsonIsEncodedOnceAndDoesNotAffectEquality() {
    Publication publication = chat(room(1), 1, 3);
    Publication.Encoding length = some -> new byte[] {(byte) some.id().length()};
    byte[] made = publication.encoded(length);
    assertThat(publication.encoded(length)).isSameAs(made);
    Publication.Encoding other = some -> new byte[] {2};
    assertThat(publication.encoded(other)).containsExactly(2);
    assertThat(publication.encoded(length)).isSameAs(made);
    assertThat(publication).isEqualTo(chat(room(1), 1, 3)).hasSameHashCodeAs(chat(room(1), 1, 3));
  }

  /// A writer's log, as those who read and load find it at any moment.
  private static final class Written {
    private final Tail tail = new Tail(300_000);

    /// The newest entries that are committed, before the tail is told.
    private volatile List<Publication> newest = List.of();

    /// The newest offset that the tail was told.
    private volatile long told;

    private volatile boolean ended;
  }

  @Test
  void readersSeeNoGapWhileAWriterWritesAndALoaderLoads() throws Exception {
    Seeded seed = Seeded.print();
    Written log = new Written();
    CountDownLatch following = new CountDownLatch(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<Long>> others = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Random random = new Random(seed.random().nextLong());
        others.add(threads.submit(() -> follow(log, random, following)));
      }
      others.add(threads.submit(() -> load(log)));
      long offset = 0;
      long other = 0;
      while ((offset < 200_000 || following.getCount() > 0)
          && others.stream().noneMatch(Future::isDone)) {
        List<Publication> batch = new ArrayList<>();
        List<Publication> newest = new ArrayList<>(log.newest);
        for (int i = seed.random().nextInt(50); i >= 0; i--) {
          batch.add(chat(room(1), ++offset, seed.random().nextInt(30)));
          newest.add(batch.getLast());
          batch.add(chat(room(2), ++other, 5));
        }
        log.newest = List.copyOf(newest.subList(Math.max(0, newest.size() - 150), newest.size()));
        log.tail.committed(1, 1, batch, List.of());
        log.told = offset;
        long target = offset - seed.random().nextInt(100);
        if (target > 0) {
          Entry.Chat blank = new Entry.Chat(ANA, "Ana", "", null, null, true);
          log.tail.committed(1, 1, List.of(), List.of(new Blanked(room(1), target, blank)));
        }
        if (seed.random().nextInt(100) == 0) {
          log.tail.trimmed(room(1), position(offset - Math.min(offset, 20)));
        } else if (seed.random().nextInt(30) == 0) {
          log.tail.forgotten(room(1));
        }
      }
      log.ended = true;
      for (Future<Long> each : others) {
        assertThat(each.get()).as(seed.toString()).isPositive();
      }
    }
  }

  /// Loads whenever it is asked to.
  private static long load(Written log) {
    long loaded = 0;
    while (!log.ended) {
      try (Tail.Loading loading = log.tail.beginLoading(room(1))) {
        if (loading != null) {
          List<Publication> read = log.newest;
          long begin = read.isEmpty() ? 0 : read.getFirst().head() - 1;
          loading.finish(begin == 0 ? Position.START : position(begin), begin == 0, read);
          loaded++;
        }
      }
    }
    return loaded;
  }

  /// Follows the end, and starts again from the newest where memory has lost its place.
  private static long follow(Written log, Random random, CountDownLatch following) {
    Position at = null;
    long seen = 0;
    while (!log.ended) {
      int limit = 1 + random.nextInt(200);
      long told = log.told;
      Page page =
          at == null
              ? log.tail.newest(room(1), 1 + random.nextInt(60), MANY)
              : log.tail.since(room(1), at, limit, MANY);
      if (page == null) {
        at = null;
        continue;
      }
      assertThat(page.head()).isGreaterThanOrEqualTo(told);
      long next = page.end().offset() - page.entries().size();
      assertThat(at == null || at.offset() == next).isTrue();
      for (Publication publication : page.entries()) {
        assertThat(publication.position()).isEqualTo(position(++next));
      }
      if (at != null) {
        if (seen == 0 && !page.entries().isEmpty()) {
          following.countDown();
        }
        seen += page.entries().size();
      }
      at = page.end();
    }
    return seen;
  }
}
