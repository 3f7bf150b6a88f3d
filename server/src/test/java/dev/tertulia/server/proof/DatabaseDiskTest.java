package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.LobbyLoad;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestCluster;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes publish to one room while the disk of their PostgreSQL is full, and until there is
/// room again. It needs root.
@Tag("system")
@Tag("long")
final class DatabaseDiskTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path folder;
  private Path mount;
  private SmallDisk disk;
  private Postgres postgres;
  private Redis redis;

  @BeforeEach
  void start() throws IOException {
    // Whoever runs PostgreSQL must reach it.
    mount = Files.createTempDirectory("tertulia-disk-");
    disk = SmallDisk.mount(mount, 40);
    postgres = Postgres.startIn(disk.entering());
    Postgres.give(mount);
    Postgres.give(disk.fromOutside());
    redis = new Redis(folder);
  }

  @AfterEach
  void stop() throws IOException {
    redis.close();
    postgres.close();
    disk.close();
    Files.delete(mount);
  }

  private static String health(TestServer node) {
    URI address = URI.create("http://127.0.0.1:%s/health/ready".formatted(node.port()));
    try {
      return HTTP.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitCause(TestCluster cluster, String cause) {
    for (TestServer node : cluster.nodes()) {
      await().atMost(TestServer.PATIENCE).until(() -> health(node), body -> body.contains(cause));
    }
  }

  /// That of its tables: PostgreSQL goes on.
  @Test
  void theDiskOfTheTablesIsFull() throws IOException {
    String any = postgres.newDatabase();
    Postgres.ask(any, "CREATE TABLESPACE small LOCATION '%s'".formatted(mount));
    String database = postgres.newDatabase("TABLESPACE small");
    try (TestCluster cluster = new TestCluster(3, redis, Map.of(Setting.DATABASE, database));
        LobbyLoad load = new LobbyLoad(cluster.ports())) {
      Path ballast = disk.fill();
      load.talkers().awaitRefusal();
      awaitCause(cluster, "its disk is full");
      Files.delete(ballast);
      load.end("there is room");
      awaitCause(cluster, "\"ready\"");
    }
  }

  /// That of the write-ahead log: PostgreSQL ends, and does not start until there is room.
  @Test
  void theDiskOfTheWriteAheadLogIsFull() throws IOException {
    postgres.kill();
    disk.take(postgres.data().resolve("pg_wal"));
    postgres.restart();
    String database = postgres.newDatabase();
    try (TestCluster cluster = new TestCluster(3, redis, Map.of(Setting.DATABASE, database));
        LobbyLoad load = new LobbyLoad(cluster.ports())) {
      Path ballast = disk.fill();
      load.talkers().awaitRefusal();
      await().atMost(TestServer.PATIENCE).until(() -> !postgres.isRunning());
      awaitCause(cluster, "its server can't be reached");
      Files.delete(ballast);
      postgres.restart();
      load.end("there is room");
      assertThat(postgres.isRunning()).isTrue();
    }
  }
}
