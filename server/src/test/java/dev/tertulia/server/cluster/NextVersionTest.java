package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RedisAddress;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.relay.RelayCodec;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayPeer;
import dev.tertulia.server.relay.SignalBody;
import dev.tertulia.server.relay.redis.RedisRelay;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.LobbyLoad;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes of this version beside one of the next, which has added to the tables and speaks more than
/// they understand.
@Tag("long")
final class NextVersionTest {
  private static final String NUMBER = "77";
  private static final Entry.Typing TYPING = new Entry.Typing(new ClientId("bea"), "Bea");

  /// What a newer server adds.
  private static final String EXPANSION =
      """
      SET lock_timeout = '2s';
      ALTER TABLE tertulia.topic_name ADD COLUMN added text COLLATE "C";
      ALTER TABLE tertulia.topic_state ADD COLUMN added text COLLATE "C";
      ALTER TABLE tertulia.entry ADD COLUMN added bigint NOT NULL DEFAULT 7;
      ALTER TABLE tertulia.request ADD COLUMN added bytea;
      ALTER TABLE tertulia.batch ADD COLUMN added smallint;
      ALTER TABLE tertulia.client ADD COLUMN added text COLLATE "C" NOT NULL DEFAULT 'new';
      ALTER TABLE tertulia.node ADD COLUMN added integer;
      CREATE TABLE tertulia.added (id bigint PRIMARY KEY);
      INSERT INTO tertulia.flyway_schema_history
        VALUES (77, '77', 'expand with columns', 'SQL', 'V77', 0, 'tester', now(), 1, true);
      """;

  @TempDir private Path folder;

  /// The relay of a node, which does nothing else.
  private static final class Peer extends RelayPeer<RedisRelay> {
    Peer(String name, Redis redis, String database) {
      super(
          name,
          (node, listener, guard) ->
              new RedisRelay(
                  new RedisRelay.Settings(
                      RedisAddress.of(redis.address()), "", null, prefix(database), node),
                  listener,
                  guard));
    }

    private static String prefix(String database) {
      return "tertulia:" + database.substring(database.lastIndexOf('/') + 1) + ":";
    }

    /// A message as it is, with more at its end than it has in this version.
    RelayMessage longer(RelayMessage message) {
      byte[] bytes = RelayCodec.encode(message);
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 20);
      Arrays.fill(longer, bytes.length, longer.length, (byte) 7);
      return new RelayMessage.Unknown(message.origin(), 0, longer);
    }

    /// A message whose first byte is the version, and whose second is the kind.
    RelayMessage other(int version, int kind) {
      byte[] bytes = RelayCodec.encode(message(1));
      bytes[0] = (byte) version;
      bytes[1] = (byte) kind;
      return new RelayMessage.Unknown(origin(), kind, bytes);
    }

    Origin origin() {
      return new Origin(name, Long.MAX_VALUE, 0, 0);
    }
  }

  @Test
  void nodesGoOnAndNewOnesStart() {
    try (Redis redis = new Redis(folder);
        TestCluster cluster = new TestCluster(3, redis, Map.of());
        LobbyLoad load = new LobbyLoad(cluster.ports());
        Peer newer = new Peer("newer", redis, cluster.database());
        Peer same = new Peer("same", redis, cluster.database())) {
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> newer.states.contains("resumed") && same.states.contains("resumed"));
      Postgres.ask(cluster.database(), EXPANSION);
      for (int i = 0; i < 100; i++) {
        newer.sends(newer.other(/* version= */ 1, 100 + i % 100));
        newer.sends(newer.other(/* version= */ 2 + i, 1));
      }
      load.talkers().await(300);
      assertThat(load.talkers().refusals()).isZero();
      Map<Setting, String> settings =
          Map.of(
              Setting.DATABASE,
              cluster.database(),
              Setting.REDIS,
              redis.address(),
              Setting.NODE,
              "node4");
      try (TestServer late = TestServer.start(settings);
          FullPeer ana = FullPeer.hello(late, "ana", "'rooms':{'plaza':null}")) {
        assertThat(ana.ask("'type':'chat','room':'plaza','message':'hola'").type()).isEqualTo("ok");
        // What it understands reaches clients, whatever follows.
        RelayMessage typing =
            new RelayMessage.Signals(
                newer.origin(),
                TopicName.room(new RoomName("plaza")),
                List.of(
                    new RelayMessage.Signals.Signal(
                        null, SignalBody.kind(TYPING), SignalBody.write(TYPING))));
        await()
            .atMost(TestServer.PATIENCE)
            .until(() -> {
              newer.sends(newer.longer(typing));
              return ana.rest().stream().map(Json::type).anyMatch("typing"::equals);
            });
      }
      Postgres.ask(
          cluster.database(),
          "UPDATE flyway_schema_history SET description = 'contract' WHERE version = '77'");
      assertThatThrownBy(() -> TestServer.start(settings))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining("newer Tertulia (schema version " + NUMBER);
      load.end("the expansion");
      assertThat(same.heard).filteredOn(RelayMessage.Unknown.class::isInstance).hasSize(200);
      assertThat(same.relay.counts().malformed()).isZero();
    }
  }
}
