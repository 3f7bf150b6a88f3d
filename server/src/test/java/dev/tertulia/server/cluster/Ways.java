package dev.tertulia.server.cluster;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.SwitchingProxy;
import java.net.URI;
import java.util.Map;

/// What leads from one node to PostgreSQL and to Redis, and may be cut or slow.
///
/// @param toDatabase to PostgreSQL
/// @param toRedis to Redis
/// @param redis that of all nodes
/// @param database the address of that of all nodes
record Ways(SwitchingProxy toDatabase, SwitchingProxy toRedis, Redis redis, String database)
    implements AutoCloseable {
  Ways(String database, Redis redis) {
    this(
        new SwitchingProxy(URI.create(database).getPort()),
        new SwitchingProxy(URI.create(redis.address()).getPort()),
        redis,
        database);
  }

  /// Has a node go by them.
  Map<Setting, String> settings() {
    return Map.of(
        Setting.DATABASE,
        through(database, toDatabase),
        Setting.REDIS,
        through(redis.address(), toRedis));
  }

  private static String through(String address, SwitchingProxy proxy) {
    return address.replace(":" + URI.create(address).getPort(), ":" + proxy.port());
  }

  @Override
  public void close() {
    toDatabase.close();
    toRedis.close();
  }
}
