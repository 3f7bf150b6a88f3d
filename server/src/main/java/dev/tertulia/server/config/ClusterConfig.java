package dev.tertulia.server.config;

import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.RedisAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// This server among others on the same database.
///
/// @param node its name; `null` for one of the host name and the port
/// @param redis where Redis is; `null` for none
/// @param redisPassword the password of Redis; `null` for none
/// @param redisAuthorities file of the certificates by which that of Redis is trusted; `null` for
///   those that Java trusts
public record ClusterConfig(
    @Nullable NodeName node,
    @Nullable RedisAddress redis,
    @Nullable Secret redisPassword,
    @Nullable Path redisAuthorities) {
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
    RedisAddress read = address == null ? null : redis(redis, address);
    return new ClusterConfig(
        name(node), read, secret, authorities(settings.get(Setting.REDIS_CA), read));
  }

  private static @Nullable RedisAddress redis(Value value, String address) {
    try {
      return RedisAddress.of(address);
    } catch (IllegalArgumentException e) {
      value.report("is not valid: " + e.getMessage());
      return null;
    }
  }

  private static @Nullable Path authorities(Value value, @Nullable RedisAddress redis) {
    if (!value.isSet()) {
      return null;
    }
    Path file = value.path();
    if (redis == null || !redis.isTls()) {
      value.report("is set, so redis must be set too, and begin with rediss");
    } else if (!Files.isReadable(file)) {
      value.report("is not a file that can be read");
    }
    return file;
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
