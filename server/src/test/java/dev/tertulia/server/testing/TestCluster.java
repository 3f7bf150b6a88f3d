package dev.tertulia.server.testing;

import dev.tertulia.server.config.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Several servers in this process that share a database, and maybe a Redis. The database is one in
/// the PostgreSQL of all tests, if the settings do not say otherwise. For one thread.
public final class TestCluster implements AutoCloseable {
  /// Its own; `null` if the settings name one.
  private final @Nullable String own;

  private final String database;

  /// That is ended with the nodes; `null` for none.
  private @Nullable Redis ownRedis;

  private final List<TestServer> nodes = new ArrayList<>();

  /// Starts nodes and, if they are to have one, a Redis in a folder, which ends with them.
  public static TestCluster of(
      int nodes, boolean withRedis, Path folder, Map<Setting, String> overrides) {
    Redis redis = withRedis ? new Redis(folder) : null;
    TestCluster cluster = null;
    try {
      cluster = new TestCluster(nodes, redis, overrides);
      cluster.ownRedis = redis;
      return cluster;
    } finally {
      if (cluster == null && redis != null) {
        redis.close();
      }
    }
  }

  /// Starts nodes, which are called `node1`, `node2` and so on.
  ///
  /// @param redis `null` for none
  /// @param overrides further settings of all nodes
  public TestCluster(int nodes, @Nullable Redis redis, Map<Setting, String> overrides) {
    this(redis, Collections.nCopies(nodes, overrides));
  }

  /// As above.
  ///
  /// @param redis that of the nodes whose settings name none; `null` for none
  /// @param overrides further settings of each node
  public TestCluster(@Nullable Redis redis, List<Map<Setting, String>> overrides) {
    String named = overrides.getFirst().get(Setting.DATABASE);
    own = named == null ? Postgres.shared().newDatabase() : null;
    database = own == null ? Objects.requireNonNull(named) : own;
    for (Map<Setting, String> each : overrides) {
      Map<Setting, String> settings = new EnumMap<>(Setting.class);
      settings.put(Setting.DATABASE, database);
      settings.put(Setting.NODE, "node" + (nodes.size() + 1));
      if (redis != null) {
        settings.put(Setting.REDIS, redis.address());
      }
      settings.putAll(each);
      nodes.add(TestServer.start(settings));
    }
  }

  /// A node, from 1.
  public TestServer node(int number) {
    return nodes.get(number - 1);
  }

  /// All nodes.
  public List<TestServer> nodes() {
    return List.copyOf(nodes);
  }

  /// Their ports.
  public List<Integer> ports() {
    return nodes.stream().map(TestServer::port).toList();
  }

  /// The address of the database.
  public String database() {
    return database;
  }

  @Override
  public void close() {
    nodes.forEach(TestServer::close);
    if (ownRedis != null) {
      ownRedis.close();
    }
    if (own != null) {
      Postgres.requireSound(own);
      Postgres.shared().drop(own);
    }
  }
}
