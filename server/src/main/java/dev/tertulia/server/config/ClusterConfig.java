package dev.tertulia.server.config;

import dev.tertulia.server.model.NodeName;
import org.jspecify.annotations.Nullable;

/// This server among others on the same database.
///
/// @param node its name; `null` for one of the host name and the port
/// @param redis the address of Redis, which is not checked yet; `null` for none
/// @param redisPassword the password of Redis; `null` for none
public record ClusterConfig(
    @Nullable NodeName node, @Nullable String redis, @Nullable Secret redisPassword) {
  static ClusterConfig from(SettingReader settings) {
    Value redis = settings.get(Setting.REDIS);
    Value password = settings.get(Setting.REDIS_PASSWORD);
    Value node = settings.get(Setting.NODE);
    boolean hasDatabase = settings.get(Setting.DATABASE).optional() != null;
    String address = redis.optional();
    Secret secret = password.anySecret();
    if (address != null && !hasDatabase) {
      redis.report("is set, so database must be set too: servers share both");
    }
    if (secret != null && address == null) {
      password.report("is set, so redis must be set too");
    }
    return new ClusterConfig(name(node), address, secret);
  }

  private static @Nullable NodeName name(Value node) {
    String name = node.optional();
    if (name == null) {
      return null;
    }
    try {
      return new NodeName(name);
    } catch (IllegalArgumentException e) {
      node.report("is not valid: " + e.getMessage());
      return null;
    }
  }
}
