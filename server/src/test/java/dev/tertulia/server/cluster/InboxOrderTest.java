package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The logs of inboxes come in any order among each other, and are delivered in the one order in
/// which they were committed.
final class InboxOrderTest {
  private static final ClientId ANA = new ClientId("ana");
  private static final ClientId BEA = new ClientId("bea");
  private static final List<ClientId> CLIENTS = List.of(ANA, BEA, new ClientId("eva"));

  private final Seeded seeded = Seeded.print();
  private final RandomGenerator random = seeded.random();

  /// What is committed of each log, and up to where it has come.
  private final Map<TopicName, List<Publication>> committed = new LinkedHashMap<>();

  private final Map<TopicName, Integer> come = new HashMap<>();
  private final List<Publication> delivered = new ArrayList<>();
  private final List<TopicName> startedOver = new ArrayList<>();
  private final Deque<Long> asked = new ArrayDeque<>();

  /// What is known to be committed, as of the last reading.
  private final Map<TopicName, Long> known = new HashMap<>();

  private final InboxOrder order =
      new InboxOrder(
          new InboxOrder.Logs() {
            @Override
            public long broadcasts() {
              return came(TopicName.BROADCASTS);
            }

            @Override
            public void know(long offset) {
              known.merge(TopicName.BROADCASTS, offset, Math::max);
            }

            @Override
            public Map<TopicName, Long> awaited() {
              Map<TopicName, Long> awaited = new HashMap<>();
              known.forEach((topic, end) -> {
                if (topic.kind() == TopicName.Kind.INBOX && came(topic) < end) {
                  awaited.put(topic, end);
                }
              });
              return awaited;
            }

            @Override
            public boolean hasCome(TopicName inbox, long offset) {
              return came(inbox) >= offset;
            }
          },
          new OrderedDelivery.Target() {
            @Override
            public void deliver(List<Publication> publications) {
              delivered.addAll(publications);
            }

            @Override
            public void deliverEarly(List<Publication> publications) {
              delivered.addAll(publications);
            }

            @Override
            public void startOver(TopicName topic) {
              startedOver.add(topic);
            }

            @Override
            public void forget(TopicName topic) {}
          },
          asked::add);

  private long came(TopicName topic) {
    return come.getOrDefault(topic, 0);
  }

  private void commit(TopicName topic) {
    List<Publication> log = committed.computeIfAbsent(topic, name -> new ArrayList<>());
    int broadcasts = committed.getOrDefault(TopicName.BROADCASTS, List.of()).size();
    Entry.Scope scope =
        topic.equals(TopicName.BROADCASTS) ? Entry.Scope.BROADCAST : Entry.Scope.PERSONAL;
    Entry.Notification entry = new Entry.Notification(ANA, scope, "");
    log.add(
        Publication.kept(
            topic,
            new Position(1, log.size() + 1L),
            0,
            "",
            scope == Entry.Scope.BROADCAST ? entry : entry.after(broadcasts)));
  }

  /// The next entries of a log come.
  private void come(TopicName topic, int most) {
    List<Publication> log = committed.getOrDefault(topic, List.of());
    int from = come.getOrDefault(topic, 0);
    int to = Math.min(log.size(), from + most);
    come.put(topic, to);
    if (from < to) {
      order.deliver(log.subList(from, to));
    }
  }

  /// The batches of all are read.
  private void catchUp() {
    Long upTo = asked.poll();
    if (upTo != null) {
      committed.forEach((topic, log) -> known.put(topic, (long) log.size()));
      order.caughtUp(upTo);
    }
  }

  private List<String> delivered() {
    return delivered.stream()
        .map(each -> each.topic().name() + each.storedPosition().offset())
        .toList();
  }

  @Test
  void aBroadcastWaitsForTheEntriesBeforeItAndTheyForTheOnesBeforeThem() {
    TopicName ana = TopicName.inbox(ANA);
    commit(TopicName.BROADCASTS);
    commit(ana);
    commit(TopicName.BROADCASTS);
    commit(ana);
    come(TopicName.BROADCASTS, 2);
    assertThat(delivered).as("it is not known what is before").isEmpty();
    catchUp();
    assertThat(delivered).as("an entry of ana's is").isEmpty();
    come(ana, 1);
    assertThat(delivered()).as("it comes after the first").hasSize(0);
    come(ana, 1);
    catchUp();
    assertThat(delivered())
        .containsExactly(
            TopicName.BROADCASTS.name() + "1", "ana1", TopicName.BROADCASTS.name() + "2", "ana2");
  }

  @Test
  void whatIsNotOfInboxesPassesAtOnce() {
    commit(TopicName.BROADCASTS);
    come(TopicName.BROADCASTS, 1);
    commit(TopicName.inbox(BEA));
    come(TopicName.inbox(BEA), 1);
    assertThat(delivered).isEmpty();
    Publication signal =
        new Publication(
            TopicName.inbox(BEA),
            null,
            0,
            0,
            "",
            new Entry.Notification(ANA, Entry.Scope.PERSONAL, ""),
            null);
    order.deliver(List.of(signal));
    assertThat(delivered).containsExactly(signal);
  }

  @Test
  void thoseWhoWaitForTooManyStartOver() {
    commit(TopicName.BROADCASTS);
    for (int i = 0; i < InboxOrder.MOST_WAITING; i++) {
      commit(TopicName.inbox(ANA));
    }
    come(TopicName.BROADCASTS, 1);
    come(TopicName.inbox(ANA), InboxOrder.MOST_WAITING);
    assertThat(delivered).isEmpty();
    assertThat(startedOver).containsExactlyInAnyOrder(TopicName.inbox(ANA), TopicName.BROADCASTS);
  }

  @Test
  void everyClientSeesBothLogsInTheOrderInWhichTheyWereCommitted() {
    List<TopicName> topics = new ArrayList<>();
    topics.add(TopicName.BROADCASTS);
    CLIENTS.forEach(client -> topics.add(TopicName.inbox(client)));
    for (int i = 0; i < 3_000; i++) {
      TopicName topic = topics.get(random.nextInt(topics.size()));
      switch (random.nextInt(4)) {
        case 0 -> commit(topic);
        case 1, 2 -> come(topic, 1 + random.nextInt(3));
        default -> catchUp();
      }
      if (random.nextInt(10) == 0) {
        order.look();
      }
    }
    for (int i = 0; i < 3; i++) {
      topics.forEach(topic -> come(topic, 3_000));
      catchUp();
      order.look();
    }
    int stored = committed.values().stream().mapToInt(List::size).sum();
    assertThat(delivered).hasSize(stored);
    for (ClientId client : CLIENTS) {
      long broadcasts = 0;
      long entries = 0;
      for (Publication each : delivered) {
        if (each.topic().equals(TopicName.BROADCASTS)) {
          assertThat(each.storedPosition().offset()).isEqualTo(++broadcasts);
        } else if (each.topic().equals(TopicName.inbox(client))) {
          assertThat(each.storedPosition().offset()).isEqualTo(++entries);
          assertThat(((Entry.Inboxed) each.entry()).broadcasts()).isEqualTo(broadcasts);
        }
      }
    }
    assertThat(startedOver).isEmpty();
  }
}
