package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.PersistentTalkers;
import dev.tertulia.server.testing.PersistentTalkers.Said;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.PostgresPair;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes under load, with a PostgreSQL that fails over to its standby, and a Redis: faults at
/// random, one after the other. At the end, what every client shows is what is stored.
///
/// During each fault one message is published to a room in which nothing follows that would show
/// that it was missed.
final class ChaosTest {
  private static final int NODES = 3;
  private static final int VIEWERS = 6;
  private static final String LOBBY = "lobby";

  @TempDir private Path folder;

  @Test
  @Tag("long")
  void whatEveryClientShowsIsWhatIsStored() {
    new Run(Seeded.print(), /* synchronous= */ false, /* faults= */ 2).run();
  }

  @RepeatedTest(20)
  @Tag("long")
  void whatEveryClientShowsIsWhatIsStoredEachTime(RepetitionInfo repetition) {
    boolean synchronous = repetition.getCurrentRepetition() % 2 == 0;
    new Run(Seeded.print(), synchronous, /* faults= */ 5).run();
  }

  private final class Run {
    private final Seeded seeded;
    private final RandomGenerator random;
    private final boolean synchronous;
    private final int faults;
    private final List<String> done = new ArrayList<>();
    private final List<Viewer> viewers = new ArrayList<>();
    private final List<Ways> ways = new ArrayList<>();

    /// @param faults how many, one of them a failover
    Run(Seeded seeded, boolean synchronous, int faults) {
      this.faults = faults;
      this.seeded = seeded;
      this.synchronous = synchronous;
      random = seeded.random();
    }

    void run() {
      try (Redis redis = new Redis(folder);
          PostgresPair pair = new PostgresPair(synchronous)) {
        for (int i = 0; i < NODES; i++) {
          ways.add(new Ways(pair.address(), redis));
        }
        try (TestCluster cluster =
            new TestCluster(redis, ways.stream().map(Ways::settings).toList())) {
          run(cluster, pair);
        } finally {
          ways.forEach(Ways::close);
        }
      } catch (Throwable e) {
        throw new AssertionError("%s, after %s".formatted(this, done), e);
      }
    }

    @Override
    public String toString() {
      return "%s, %s standby".formatted(seeded, synchronous ? "synchronous" : "asynchronous");
    }

    private void run(TestCluster cluster, PostgresPair pair) {
      List<String> rooms =
          new ArrayList<>(IntStream.range(0, faults).mapToObj(this::quiet).toList());
      rooms.add(LOBBY);
      for (int i = 0; i < VIEWERS; i++) {
        viewers.add(new Viewer("viewer" + i, cluster.ports(), i % NODES, rooms));
      }
      List<Said> said;
      try (PersistentTalkers talkers = new PersistentTalkers(cluster.ports())) {
        talkers.await(100);
        int failOver = random.nextInt(faults);
        for (int i = 0; i < faults; i++) {
          if (i == failOver) {
            failOver(talkers, pair, quiet(i));
          } else {
            fault(talkers, quiet(i));
          }
        }
        talkers.awaitAll("all faults");
        talkers.await(100);
        said = talkers.end();
      }
      for (String room : rooms) {
        say(cluster.ports().getFirst(), room, Viewer.END);
      }
      for (String room : rooms) {
        check(room, history(cluster.ports().getLast(), room));
      }
      requireStored(said, history(cluster.ports().getFirst(), LOBBY));
    }

    private String quiet(int fault) {
      return "quiet." + fault;
    }

    private void fault(PersistentTalkers talkers, String room) {
      Ways way = ways.get(random.nextInt(NODES));
      int more = 20 + random.nextInt(150);
      // By a node whose network is whole.
      int port = talkers.ports().get((ways.indexOf(way) + 1) % NODES);
      int kind = random.nextInt(7);
      done.add("%s on %s".formatted(kind, ways.indexOf(way) + 1));
      Runnable meanwhile =
          () -> {
            talkers.await(more);
            say(port, room, "m");
            viewers.get(random.nextInt(VIEWERS)).leave();
          };
      switch (kind) {
        case 0 -> {
          way.toDatabase().cut(true);
          meanwhile.run();
          way.toDatabase().cut(false);
        }
        case 1 -> {
          way.toRedis().cut(true);
          meanwhile.run();
          way.toRedis().cut(false);
        }
        case 2 -> {
          way.toDatabase().cut(true);
          way.toRedis().cut(true);
          meanwhile.run();
          way.toDatabase().cut(false);
          way.toRedis().cut(false);
        }
        case 3 -> {
          way.toDatabase().delay(random.nextInt(100));
          meanwhile.run();
          way.toDatabase().delay(0);
        }
        case 4 -> {
          way.redis().kill();
          meanwhile.run();
          way.redis().start();
        }
        case 5 -> {
          way.redis().pause();
          meanwhile.run();
          way.redis().resume();
        }
        default -> {
          Postgres.ask(
              way.database(),
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ="
                  + " 'tertulia' AND datname = current_database()");
          meanwhile.run();
        }
      }
    }

    /// What only the primary has is lost, unless the standby is synchronous.
    private void failOver(PersistentTalkers talkers, PostgresPair pair, String room) {
      boolean killed = random.nextBoolean();
      done.add("failover from a %s primary".formatted(killed ? "killed" : "frozen"));
      int port = talkers.ports().get(random.nextInt(NODES));
      if (synchronous) {
        say(port, room, "m");
      } else {
        pair.holdBack();
        talkers.await(random.nextInt(100));
        say(port, room, "lost");
      }
      viewers.get(random.nextInt(VIEWERS)).leave();
      if (killed) {
        pair.primary().kill();
      } else {
        pair.primary().pause();
      }
      pair.failOver();
      talkers.awaitAll("the promotion");
    }

    /// Each viewer shows what is stored, all of it or from where it had to start over.
    private void check(String room, List<Said> stored) {
      for (Viewer viewer : viewers) {
        Viewer.Room view = viewer.room(room);
        assertThat(view.shown())
            .as("%s of %s shows", room, viewer)
            .isEqualTo(stored.subList(stored.size() - view.shown().size(), stored.size()));
        if (synchronous) {
          assertThat(view.startedOver()).as("%s of %s starts over", room, viewer).isZero();
        }
        if (view.startedOver() == 0) {
          assertThat(view.shown()).as("%s of %s shows all", room, viewer).isEqualTo(stored);
        }
      }
    }

    /// What was acknowledged is stored, in the order in which each client has sent it; what an
    /// asynchronous standby lacks is not there, and nothing is there twice.
    private void requireStored(List<Said> said, List<Said> history) {
      List<Said> stored = history.subList(0, history.size() - 1);
      assertThat(history.getLast().text()).isEqualTo(Viewer.END);
      if (synchronous) {
        assertThat(stored).isEqualTo(said);
        PersistentTalkers.requireOrder(stored);
      }
      Set<Said> acknowledged = new HashSet<>(said);
      Map<String, Integer> last = new HashMap<>();
      for (Said each : stored) {
        assertThat(acknowledged).contains(each);
        String[] parts = each.text().split(" ", -1);
        int number = Integer.parseInt(parts[1]);
        assertThat(number).as(each.text()).isGreaterThan(last.getOrDefault(parts[0], 0));
        last.put(parts[0], number);
      }
    }

    private static void say(int port, String room, String text) {
      String chat = "'type':'chat','room':'%s','message':'%s','id':'%<s'".formatted(room, text);
      try (FullPeer peer = FullPeer.connect(port, "once")) {
        peer.ask("'type':'hello'");
        await().atMost(TestServer.PATIENCE).until(() -> peer.ask(chat).type().equals("ok"));
      }
    }

    /// All that is stored, oldest first.
    private static List<Said> history(int port, String room) {
      List<Said> all = new ArrayList<>();
      try (FullPeer peer = FullPeer.connect(port, "reader")) {
        peer.ask("'type':'hello'");
        String before = "";
        while (true) {
          Json page =
              peer.ask("'type':'history','room':'%s','limit':200%s".formatted(room, before));
          all.addAll(0, page.objects("messages").stream().map(Said::of).toList());
          if (!page.truth("more")) {
            return all;
          }
          before = ",'before':" + all.getFirst().offset();
        }
      }
    }
  }
}
