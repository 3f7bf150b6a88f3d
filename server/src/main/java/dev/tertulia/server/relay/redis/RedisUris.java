package dev.tertulia.server.relay.redis;

import dev.tertulia.server.model.RedisAddress;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The addresses of Redis as Lettuce takes them.
final class RedisUris {
  private RedisUris() {}

  /// One for each node.
  ///
  /// @param password of Redis; empty for none. Sentinels are asked without one
  /// @param timeout of connecting, and of every command
  static List<RedisURI> of(RedisAddress address, String password, Duration timeout) {
    List<RedisURI> uris = new ArrayList<>();
    for (String node : address.nodes()) {
      RedisURI uri = RedisURI.create(node);
      uri.setTimeout(timeout);
      uri.getSentinels().forEach(sentinel -> sentinel.setTimeout(timeout));
      if (!password.isEmpty()) {
        if (address.user().isEmpty()) {
          uri.setAuthentication(password.toCharArray());
        } else {
          uri.setAuthentication(address.user(), password.toCharArray());
        }
      }
      uris.add(uri);
    }
    return uris;
  }
}
