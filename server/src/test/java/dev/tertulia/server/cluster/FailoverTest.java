package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.PersistentTalkers;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.PostgresPair;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes under load, whose PostgreSQL fails over to its standby.
final class FailoverTest {
  /// What is promised: how long publishing may take to be back.
  private static final Duration MOST = Duration.ofSeconds(10);

  private static final String JOIN = "'type':'join','room':'lobby'";

  @TempDir private Path folder;

  private static List<FullPeer> listeners(TestCluster cluster) {
    List<FullPeer> listeners = new ArrayList<>();
    for (TestServer node : cluster.nodes()) {
      FullPeer listener = FullPeer.hello(node, "listener", "");
      listener.ask(JOIN);
      listeners.add(listener);
    }
    return listeners;
  }

  private void failOverToASynchronousStandby(Consumer<PostgresPair> begin) {
    failOverToASynchronousStandby(PostgresPair::address, begin);
  }

  /// Nothing that was acknowledged is lost, and nobody has to start over.
  private void failOverToASynchronousStandby(
      Function<PostgresPair, String> address, Consumer<PostgresPair> begin) {
    try (Redis redis = new Redis(folder);
        PostgresPair pair = new PostgresPair(/* synchronous= */ true);
        TestCluster cluster =
            new TestCluster(3, redis, Map.of(Setting.DATABASE, address.apply(pair)))) {
      List<FullPeer> listeners = listeners(cluster);
      List<PersistentTalkers.Said> said;
      try (PersistentTalkers talkers = new PersistentTalkers(cluster.ports())) {
        talkers.await(200);
        begin.accept(pair);
        pair.failOver();
        talkers.awaitAll("the promotion", MOST);
        talkers.await(300);
        said = talkers.end();
      }
      List<Long> offsets = LongStream.rangeClosed(1, said.size()).boxed().toList();
      assertThat(said).extracting(PersistentTalkers.Said::offset).isEqualTo(offsets);
      for (FullPeer listener : listeners) {
        List<PersistentTalkers.Said> heard = new ArrayList<>();
        while (heard.size() < said.size()) {
          Json frame = listener.next(FailoverTest::isStoredOrStartsOver);
          assertThat(frame.type()).as("it does not start over").isEqualTo("chat");
          heard.add(PersistentTalkers.Said.of(frame));
        }
        assertThat(heard).isEqualTo(said);
        assertThat(listener.rest()).noneMatch(FailoverTest::isStoredOrStartsOver);
        listener.close();
      }
      PersistentTalkers.requireOrder(said);
    }
  }

  @Test
  void fromAKilledPrimaryToASynchronousStandby() {
    failOverToASynchronousStandby(pair -> pair.primary().kill());
  }

  /// Connections to it stay open, and are never answered.
  @Test
  @Tag("long")
  void fromAFrozenPrimaryToASynchronousStandby() {
    failOverToASynchronousStandby(pair -> pair.primary().pause());
  }

  /// It goes on, is reached by the connections that are open, and refuses to write.
  @Test
  @Tag("long")
  void fromAPrimaryThatOnlyReadsToASynchronousStandby() {
    failOverToASynchronousStandby(PostgresPair::refuseToWrite);
  }

  /// The address names both, and nothing stands between.
  @Test
  void fromAKilledPrimaryToTheNextHost() {
    failOverToASynchronousStandby(PostgresPair::addressOfBoth, pair -> pair.primary().kill());
  }

  @Test
  @Tag("long")
  void fromAFrozenPrimaryToTheNextHost() {
    failOverToASynchronousStandby(PostgresPair::addressOfBoth, pair -> pair.primary().pause());
  }

  private static boolean isStoredOrStartsOver(Json frame) {
    return (frame.type().equals("chat") && frame.has("offset")) || frame.type().equals("joined");
  }

  /// What was acknowledged may be lost; whoever has seen it is told to start over.
  @Test
  void toAnAsynchronousStandbyThatLacksTheEnd() {
    try (Redis redis = new Redis(folder);
        PostgresPair pair = new PostgresPair(/* synchronous= */ false);
        TestCluster cluster = new TestCluster(3, redis, Map.of(Setting.DATABASE, pair.address()))) {
      List<FullPeer> listeners = listeners(cluster);
      String lost;
      try (PersistentTalkers talkers = new PersistentTalkers(cluster.ports())) {
        talkers.await(200);
        pair.holdBack();
        talkers.await(200);
        lost = listeners.getFirst().ask("'type':'chat','room':'lobby','message':'x'").text("pos");
        pair.primary().kill();
        pair.failOver();
        talkers.awaitAll("the promotion");
        talkers.await(300);
        talkers.end();
      }
      listeners.getLast().ask("'type':'chat','room':'lobby','message':'end'");
      List<PersistentTalkers.Said> stored = history(listeners.getFirst());
      for (FullPeer listener : listeners) {
        boolean started = false;
        List<PersistentTalkers.Said> view = new ArrayList<>();
        while (view.isEmpty() || !view.getLast().text().equals("end")) {
          Json frame = listener.next(FailoverTest::isStoredOrStartsOver);
          if (frame.type().equals("joined")) {
            assertThat(frame.truth("recovered")).isFalse();
            started = true;
            view.clear();
            frame
                .objects("messages")
                .forEach(message -> view.add(PersistentTalkers.Said.of(message)));
          } else {
            view.add(PersistentTalkers.Said.of(frame));
          }
        }
        assertThat(started).as("it is told to start over").isTrue();
        assertThat(view).isEqualTo(stored.subList(stored.size() - view.size(), stored.size()));
        listener.close();
      }
      for (TestServer node : cluster.nodes()) {
        try (FullPeer late = FullPeer.hello(node, "late", "")) {
          assertThat(late.ask(JOIN + ",'after':'" + lost + "'").truth("recovered")).isFalse();
        }
      }
    }
  }

  /// Those who have seen it are told also if nobody writes anything afterwards.
  @Test
  @Tag("long")
  void toAnAsynchronousStandbyThatLacksTheEndWhileNobodyWrites() {
    try (Redis redis = new Redis(folder);
        PostgresPair pair = new PostgresPair(/* synchronous= */ false);
        TestCluster cluster = new TestCluster(3, redis, Map.of(Setting.DATABASE, pair.address()))) {
      List<FullPeer> listeners = listeners(cluster);
      FullPeer first = listeners.getFirst();
      first.ask("'type':'chat','room':'lobby','message':'kept'");
      await()
          .atMost(TestServer.PATIENCE)
          .until(() ->
              Postgres.ask(pair.standby().address(pair.address()), "SELECT count(*) FROM entry")
                  .equals("1"));
      pair.holdBack();
      first.ask("'type':'chat','room':'lobby','message':'lost'");
      for (FullPeer listener : listeners) {
        assertThat(listener.next(FailoverTest::isStoredOrStartsOver).text("message"))
            .isEqualTo("kept");
        assertThat(listener.next(FailoverTest::isStoredOrStartsOver).text("message"))
            .isEqualTo("lost");
      }
      pair.primary().kill();
      pair.failOver();
      for (FullPeer listener : listeners) {
        Json joined = listener.next(FailoverTest::isStoredOrStartsOver);
        assertThat(joined.truth("recovered")).isFalse();
        assertThat(joined.objects("messages"))
            .extracting(message -> message.text("message"))
            .containsExactly("kept");
        listener.close();
      }
    }
  }

  /// All that is stored, oldest first.
  private static List<PersistentTalkers.Said> history(FullPeer peer) {
    List<PersistentTalkers.Said> all = new ArrayList<>();
    String before = "";
    while (true) {
      Json page = peer.ask("'type':'history','room':'lobby','limit':200" + before);
      List<PersistentTalkers.Said> older =
          page.objects("messages").stream().map(PersistentTalkers.Said::of).toList();
      all.addAll(0, older);
      if (!page.truth("more")) {
        return all;
      }
      before = ",'before':" + all.getFirst().offset();
    }
  }

  /// No standby has what is in rooms of the kind `memory`. No position is given twice.
  @Test
  void roomsThatNeedNotLastAreEmptyAfterIt() {
    String kinds = "[{name: quick.*, kind: memory}]";
    String join = "'type':'join','room':'quick.1'";
    String chat = "'type':'chat','room':'quick.1','message':'m'";
    try (Redis redis = new Redis(folder);
        PostgresPair pair = new PostgresPair(/* synchronous= */ true);
        TestCluster cluster =
            new TestCluster(
                3, redis, Map.of(Setting.DATABASE, pair.address(), Setting.ROOMS, kinds))) {
      List<FullPeer> peers = new ArrayList<>();
      for (TestServer node : cluster.nodes()) {
        FullPeer peer = FullPeer.hello(node, "peer", "");
        peer.ask(join);
        peers.add(peer);
      }
      Json last = peers.getFirst().ask(chat);
      for (int i = 0; i < 10; i++) {
        last = peers.getFirst().ask(chat);
      }
      String lost = last.text("pos");
      for (FullPeer peer : peers) {
        peer.next(frame -> frame.has("pos") && frame.text("pos").equals(lost));
      }
      pair.primary().kill();
      pair.failOver();
      for (FullPeer peer : peers) {
        Json stored =
            await()
                .atMost(TestServer.PATIENCE)
                .until(() -> peer.ask(chat), reply -> reply.type().equals("ok"));
        assertThat(peer.next("joined").truth("recovered")).isFalse();
        assertThat(peer.ask(join + ",'after':'" + lost + "'").truth("recovered")).isFalse();
        assertThat(stored.text("pos")).isNotEqualTo(lost);
        peer.close();
      }
    }
  }
}
