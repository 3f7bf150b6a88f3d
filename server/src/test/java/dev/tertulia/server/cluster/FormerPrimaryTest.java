package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.PostgresPair;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A standby is promoted while nobody stops the primary, which goes on writing.
@Tag("long")
final class FormerPrimaryTest {
  private static final String CHAT = "'type':'chat','room':'plaza','message':'m'";
  private static final String CONNECTIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tertulia'";
  private static final String FORMER =
      "would write to a former primary of the database (timeline 1)";

  @TempDir private Path folder;

  private static void awaitHealth(TestServer node, String begin, String text) {
    await()
        .atMost(TestServer.PATIENCE)
        .until(
            () -> TestServer.health(node.port()),
            health -> health.startsWith(begin) && health.contains(text));
  }

  /// Without Redis they talk over connections to the database, too.
  @Test
  void nobodyStaysWithIt() {
    try (PostgresPair pair = new PostgresPair(/* synchronous= */ false)) {
      String former = pair.primary().address(pair.address());
      try (TestCluster cluster =
              new TestCluster(
                  null,
                  List.of(
                      Map.of(Setting.DATABASE, pair.address()),
                      Map.of(Setting.DATABASE, pair.address())));
          FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
          FullPeer bea = FullPeer.hello(cluster.node(2), "bea", "")) {
        ana.ask("'type':'join','room':'plaza'");
        bea.ask("'type':'join','room':'plaza'");
        ana.ask(CHAT);
        bea.next("chat");
        assertThat(Postgres.ask(former, CONNECTIONS)).isNotEqualTo("0");
        pair.failOver();
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> Postgres.ask(former, CONNECTIONS).equals("0"));
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> {
              ana.say("'type':'typing','room':'plaza'");
              return bea.rest().stream().map(Json::type).anyMatch("typing"::equals);
            });
      }
    }
  }

  /// All have connections to the former one, on which they could write for ever. Those whose
  /// address leads to the new one leave it; the third has an address of its own, which does not.
  @Test
  void nodesLeaveItOrSayThatTheyAreNotReady() {
    try (Redis redis = new Redis(folder);
        PostgresPair pair = new PostgresPair(/* synchronous= */ false)) {
      String former = pair.primary().address(pair.address());
      String newer = pair.standby().address(pair.address());
      try (TestCluster cluster =
              new TestCluster(
                  redis,
                  List.of(
                      Map.of(Setting.DATABASE, pair.address()),
                      Map.of(Setting.DATABASE, pair.address()),
                      Map.of(Setting.DATABASE, former)));
          FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "");
          FullPeer bea = FullPeer.hello(cluster.node(3), "bea", "")) {
        ana.ask("'type':'join','room':'plaza'");
        assertThat(ana.ask(CHAT).type()).isEqualTo("ok");
        cluster.nodes().forEach(node -> awaitHealth(node, "200", "ready"));
        pair.standby().promote();
        assertThat(ana.ask(CHAT).type()).as("what will be lost").isEqualTo("ok");
        pair.leadToStandby();
        long begin = System.nanoTime();
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> {
              ana.ask(CHAT);
              return Postgres.ask(newer, "SELECT count(DISTINCT term) FROM entry").equals("2");
            });
        System.out.printf(
            "stored by the new primary %s ms after the address leads there%n",
            (System.nanoTime() - begin) / 1_000_000);
        // What was stored by the former one meanwhile is not there.
        assertThat(ana.next("joined").truth("recovered")).isFalse();
        awaitHealth(cluster.node(3), "503", FORMER + ": the node node");
        assertThat(TestServer.health(cluster.node(3).port()))
            .contains("uses a newer one (timeline 2)");
        assertThat(bea.ask(CHAT).text("code")).isEqualTo("unavailable");
        for (TestServer node : cluster.nodes().subList(0, 2)) {
          awaitHealth(node, "200", "ready");
        }
      }
    }
  }
}
