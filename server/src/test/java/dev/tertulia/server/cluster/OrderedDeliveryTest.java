package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What one node delivers of a room while the database loses its end, step by step: entry 2 is
/// lost, and others take its offset. [ClusterSeamTest] does the same at random.
final class OrderedDeliveryTest {
  private static final TopicName ROOM = TopicName.room(new RoomName("lobby"));

  private final SimulatedLog log = new SimulatedLog(() -> {});
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<String> seen = new ArrayList<>();
  private long now;
  private final OrderedDelivery delivery =
      new OrderedDelivery(log, new Seen(), broadcast -> {}, term -> false, tasks::add, () -> now);

  private final class Seen implements OrderedDelivery.Target {
    @Override
    public void deliver(List<Publication> publications) {
      publications.forEach(each -> seen.add(each.storedPosition().toString()));
    }

    @Override
    public void deliverEarly(List<Publication> publications) {
      deliver(publications);
    }

    @Override
    public void startOver(TopicName topic) {
      seen.add("start over");
    }

    @Override
    public void forget(TopicName topic) {}
  }

  /// The database is written.
  private Publication store(long term) {
    Position position = new Position(term, log.head(ROOM) + 1);
    Publication entry =
        log.add(
            Publication.kept(
                ROOM,
                position,
                0,
                position.toString(),
                new Entry.Chat(new ClientId("ana"), "Ana", "x")));
    log.add(
        new SharedLog.Batch(
            term, position.offset(), List.of(new SharedLog.End(ROOM, position.offset()))));
    return entry;
  }

  private void arrives(Publication entry) {
    delivery.others(ROOM, List.of(entry));
  }

  /// Whatever is due is done.
  private void settle() {
    for (int i = 0; i < 5; i++) {
      now += TimeUnit.SECONDS.toNanos(1);
      delivery.look(topic -> {});
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
    }
  }

  /// Entry 1 is delivered, and the room is open.
  private void begin() {
    delivery.track(ROOM);
    settle();
    arrives(store(1));
    assertThat(seen).containsExactly("1:1");
  }

  /// It does not read the log.
  @Test
  void whoeverWaitsUntilATopicIsOpenMissesNothingStoredAfterwards() {
    assertThat(delivery.opened(ROOM)).as("of a topic that nobody follows").isDone();
    delivery.track(ROOM);
    CompletableFuture<?> opened = delivery.opened(ROOM);
    Publication before = store(1);
    assertThat(opened).isNotDone();
    settle();
    assertThat(opened).isDone();
    assertThat(delivery.opened(ROOM)).isDone();
    arrives(before);
    arrives(store(1));
    assertThat(seen).containsExactly("1:2");
  }

  @Test
  void nobodyWaitsForATopicThatIsGone() {
    delivery.track(ROOM);
    CompletableFuture<?> opened = delivery.opened(ROOM);
    delivery.release(ROOM);
    now += OrderedDelivery.LINGER;
    tasks.clear();
    delivery.look(topic -> {});
    assertThat(opened).isDone();
  }

  @Test
  void whatDoesNotFollowIsNotDelivered() {
    begin();
    arrives(store(1));
    log.lose(1);
    store(2);
    arrives(store(2));
    assertThat(seen).as("3 follows another 2").containsExactly("1:1", "1:2");
    settle();
    assertThat(seen).containsExactly("1:1", "1:2", "start over");
    arrives(store(2));
    assertThat(seen).containsExactly("1:1", "1:2", "start over", "2:4");
  }

  @Test
  void whatTakesThePlaceOfAnEntryIsNoticed() {
    begin();
    arrives(store(1));
    log.lose(1);
    arrives(store(2));
    settle();
    assertThat(seen).containsExactly("1:1", "1:2", "start over");
  }

  @Test
  void whatIsLostAndComesLateIsNotDelivered() {
    begin();
    Publication lost = store(1);
    log.lose(1);
    arrives(store(2));
    arrives(lost);
    settle();
    assertThat(seen).containsExactly("1:1", "2:2");
  }

  @Test
  void aSubscriberThatHasReadWhatIsLostStartsOver() {
    begin();
    Publication lost = store(1);
    assertThat(delivery.hasRead(ROOM, lost.storedPosition())).isTrue();
    log.lose(1);
    arrives(store(2));
    settle();
    assertThat(seen).containsExactly("1:1", "start over");
  }

  @Test
  void aSubscriberThatHasReadWhatIsLostStartsOverAlsoIfNothingFollows() {
    begin();
    Publication lost = store(1);
    assertThat(delivery.hasRead(ROOM, lost.storedPosition())).isTrue();
    log.lose(1);
    settle();
    assertThat(seen).containsExactly("1:1", "start over");
  }

  @Test
  void aSubscriberThatHasReadSomethingElseThanWasDeliveredReadsAgain() {
    begin();
    Publication lost = store(1);
    log.lose(1);
    arrives(store(2));
    arrives(store(2));
    assertThat(delivery.hasRead(ROOM, lost.storedPosition())).isFalse();
    assertThat(delivery.hasRead(ROOM, new Position(2, 2))).isTrue();
    settle();
    assertThat(seen).containsExactly("1:1", "2:2", "2:3");
  }

  @Test
  void aSubscriberThatHasReadTheRightLogShowsThatWhatWasDeliveredIsLost() {
    begin();
    arrives(store(1));
    log.lose(1);
    Position right = store(2).storedPosition();
    assertThat(delivery.hasRead(ROOM, right)).isFalse();
    settle();
    assertThat(seen).containsExactly("1:1", "1:2", "start over");
    assertThat(delivery.hasRead(ROOM, right)).isTrue();
  }

  @Test
  void whatWasReadBeforeTheLossIsNotDeliveredAfterIt() {
    begin();
    store(1);
    store(1);
    delivery.changed(ROOM, 3);
    now += TimeUnit.SECONDS.toNanos(1);
    delivery.look(topic -> {});
    log.meanwhile(() -> {
      log.lose(2);
      arrives(store(2));
    });
    settle();
    assertThat(seen).containsExactly("1:1", "2:2");
  }

  @Test
  void aRoomInWhichNothingHappensIsVerified() {
    begin();
    arrives(store(1));
    log.lose(1);
    settle();
    assertThat(seen).containsExactly("1:1", "1:2");
    delivery.verifyAll();
    settle();
    assertThat(seen).containsExactly("1:1", "1:2", "start over");
  }
}
