package dev.tertulia.server.simulation;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WatchedTail;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// One run of the simulation: a server that is not always well, clients that come and go, and the
/// order in which things happen, all by one source of randomness.
final class World {
  static final List<RoomName> ROOMS = List.of(RoomName.LOBBY, new RoomName("a"));
  private static final int STEPS = 400;

  private final RandomGenerator random;
  private final Faults faults;
  private final FakeClock clock = new FakeClock();
  private final FakeStore store = new FakeStore();
  private final Setup setup;
  private final List<RandomClient> wanderers = new ArrayList<>();
  private final List<Observer> onlookers = new ArrayList<>();
  private final List<InboxOwner> owners = new ArrayList<>();
  private FakeServer server;

  /// What the server keeps in memory of the log.
  private Tail tail;

  private long terms = 1;
  private int texts;

  /// @param setup what is not as it should be, if anything is
  World(RandomGenerator random, Setup setup, Faults faults) {
    this.random = random;
    this.faults = faults;
    int wire = random.nextInt(300, 5_000);
    this.setup = setup.bounds(wire, 4 * wire + random.nextInt(20_000));
    start();
    for (int i = 0; i < 4; i++) {
      wanderers.add(new RandomClient(this, "w" + i % 3, i));
    }
    for (int i = 0; i < 2; i++) {
      onlookers.add(new Observer(this, "o" + i, i));
    }
    // The two logs of an inbox lose their ends alike, or none; here they would not.
    for (int i = 0; isSpotless() && i < 3; i++) {
      // Known before: who can't be noted when it comes has an inbox from the next time on.
      store.seen(new ClientId("n" + i % 2));
      owners.add(new InboxOwner(this, "n" + i % 2, i % 2));
    }
  }

  private void start() {
    Tail empty = WatchedTail.of(random.nextInt(8_000, 300_000), this::others);
    UnaryOperator<Log> defect = setup.log();
    tail = empty;
    server =
        new FakeServer(
            store,
            clock,
            setup.term(terms).log(log -> defect.apply(new TailedStore(store, empty))));
    server.journal().tellFirst(batch -> empty.committed(1, 1, batch, store.takeReplaced()));
  }

  /// What the loops do in the midst of a change of what is in memory.
  private void others() {
    for (int i = random.nextInt(6); i > 0; i--) {
      server.loop(random.nextInt(2)).step();
    }
  }

  /// What may go wrong.
  ///
  /// @param reads reading fails, and retention takes what is old
  /// @param losses the log loses its end
  /// @param requests a restart forgets what was asked with which id
  record Faults(boolean reads, boolean losses, boolean requests) {}

  RandomGenerator random() {
    return random;
  }

  FakeServer server() {
    return server;
  }

  FakeStore store() {
    return store;
  }

  /// Whether every position that a client has must be good.
  boolean isSpotless() {
    return !faults.reads && !faults.losses;
  }

  /// Whether the log may lose its end.
  boolean losesEnds() {
    return faults.losses;
  }

  /// A text that was never said.
  String text() {
    return "m" + texts++ + "x".repeat(random.nextInt(4) == 0 ? random.nextInt(400) : 0);
  }

  /// Lets things happen, and looks at them after each.
  void run() {
    try {
      for (int i = 0; i < STEPS; i++) {
        step();
        if (i % 100 == 99) {
          calmDown();
        }
      }
      end();
    } finally {
      everybodyGoes();
    }
  }

  private void step() {
    if (!owners.isEmpty() && random.nextInt(4) == 0) {
      InboxOwner owner = owners.get(random.nextInt(owners.size()));
      if (random.nextBoolean()) {
        owner.act();
      } else {
        owner.take(random.nextInt(2_000));
      }
      return;
    }
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3 -> wanderers.get(random.nextInt(wanderers.size())).act();
      case 4, 5, 6 -> wanderers.get(random.nextInt(wanderers.size())).take(random.nextInt(2_000));
      case 7 -> onlookers.get(random.nextInt(onlookers.size())).act();
      case 8, 9 -> server.loop(random.nextInt(2)).turn();
      case 10 -> server.loop(random.nextInt(2)).step();
      case 11 -> server.read();
      case 12 -> server.journal().commit(random.nextInt(1, 20));
      case 13 -> server.journal().tell();
      case 14 -> server.journal().handOver();
      default -> trouble();
    }
  }

  private void trouble() {
    switch (random.nextInt(12)) {
      case 0 -> server.journal().failToCommit(random.nextInt(1, 5));
      case 1 -> server.journal().newTerm(++terms);
      case 2 -> clock.pass(Duration.ofMillis(random.nextInt(50)));
      case 3 -> tail.forgotten(TopicName.room(ROOMS.get(random.nextInt(ROOMS.size()))));
      case 4, 5 -> store.fail(faults.reads && random.nextBoolean());
      case 6 -> {
        if (faults.reads) {
          trim(random.nextInt(3));
        }
      }
      case 7 -> crash(0);
      case 8 -> {
        if (faults.losses) {
          crash(random.nextInt(1, 4));
        }
      }
      case 9 -> {
        if (faults.losses) {
          loseUnderWay(random.nextInt(1, 4));
        }
      }
      default -> {
        // It goes well.
      }
    }
  }

  /// Retention takes what is oldest.
  private void trim(int count) {
    server.journal().feed();
    store.trim(count);
    for (RoomName room : ROOMS) {
      TopicName topic = TopicName.room(room);
      tail.trimmed(topic, store.floor(topic));
    }
  }

  /// The server dies, and another one opens the log, or a copy of it that is older.
  private void crash(int lost) {
    check(server.guard().survived() == 0, "nothing fails");
    server.journal().die();
    wanderers.forEach(RandomClient::lose);
    onlookers.forEach(Observer::lose);
    owners.forEach(InboxOwner::lose);
    server.settle();
    store.fail(false);
    store.forgetEnd(lost);
    if (faults.requests) {
      store.forgetRequests();
    }
    terms++;
    start();
  }

  /// The log loses its end under those who are connected.
  private void loseUnderWay(int lost) {
    server.journal().newTerm(++terms);
    store.forgetEnd(lost);
    onlookers.forEach(Observer::forget);
    tail.forgetAll();
    for (RoomName room : ROOMS) {
      server.fanout().rolledBack(TopicName.room(room));
    }
  }

  /// Everything comes to rest; then nobody may lack anything.
  private void calmDown() {
    store.fail(false);
    for (int quiet = 0; quiet < 3; quiet++) {
      server.pass(Duration.ofMillis(20));
      for (RandomClient randomClient : wanderers) {
        if (randomClient.takeAll()) {
          quiet = 0;
        }
      }
      for (Observer observer : onlookers) {
        if (observer.takeAll()) {
          quiet = 0;
        }
      }
      for (InboxOwner owner : owners) {
        if (owner.takeAll()) {
          quiet = 0;
        }
      }
    }
    wanderers.forEach(RandomClient::lacksNothing);
    owners.forEach(InboxOwner::lacksNothing);
    for (RoomName room : ROOMS) {
      long there =
          wanderers.stream()
                  .filter(randomClient -> randomClient.isIn(room))
                  .map(RandomClient::name)
                  .distinct()
                  .count()
              + (room.equals(RoomName.LOBBY)
                  ? onlookers.stream().filter(Observer::isConnected).count()
                  : 0);
      check(server.presence().count(room) == there, "so many are in a room as it counts");
    }
  }

  private void end() {
    calmDown();
    everybodyGoes();
    check(server.guard().survived() == 0, "nothing fails");
    check(server.fanout().subscribedTopics() == 0, "nobody is subscribed");
    check(server.presence().rooms() == 0, "nobody is in a room");
    check(server.pages().free() == 4, "no page is held");
  }

  private void everybodyGoes() {
    wanderers.forEach(RandomClient::lose);
    onlookers.forEach(Observer::lose);
    owners.forEach(InboxOwner::lose);
    server.settle();
  }

  static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("not so: " + what);
    }
  }
}
