package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.PgBouncer;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Servers that reach PostgreSQL through a PgBouncer.
@Tag("system")
final class PoolerTest {
  private final String database = Postgres.shared().newDatabase();

  @AfterEach
  void drop() {
    Postgres.shared().drop(database);
  }

  @Test
  void oneThatLendsSessionsForATransactionIsRefusedByName() {
    try (PgBouncer pooler = new PgBouncer(database, "transaction")) {
      PostgresAddress address = PostgresAddress.of(pooler.address(database), null);
      String why = "a pooler that lends a session for a transaction, such as PgBouncer";
      assertThatThrownBy(() -> PostgresDatabase.open(address))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining(why);
      PostgresDatabase.open(PostgresAddress.of(database, null)).close();
      assertThatThrownBy(() -> PostgresDatabase.existing(address))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining(why);
    }
  }

  /// Without Redis, so notifications come through it, too.
  @Test
  void nodesMeetThroughOneThatLendsThemForAConnection() {
    try (PgBouncer pooler = new PgBouncer(database, "session");
        TestCluster cluster =
            new TestCluster(2, null, Map.of(Setting.DATABASE, pooler.address(database)));
        FullPeer ana = FullPeer.hello(cluster.node(1), "ana", "'rooms':{'plaza':null}");
        FullPeer bea = FullPeer.hello(cluster.node(2), "bea", "'rooms':{'plaza':null}")) {
      assertThat(ana.ask("'type':'chat','room':'plaza','message':'hola'").type()).isEqualTo("ok");
      assertThat(bea.next(frame -> frame.type().equals("chat")).text("message")).isEqualTo("hola");
      // What is not stored only comes by notifications, once the other node listens.
      await()
          .atMost(TestServer.PATIENCE)
          .until(() -> {
            ana.say("'type':'typing','room':'plaza'");
            return bea.rest().stream().map(Json::type).anyMatch("typing"::equals);
          });
    }
  }
}
