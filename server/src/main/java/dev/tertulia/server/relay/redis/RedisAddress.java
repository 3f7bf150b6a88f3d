package dev.tertulia.server.relay.redis;

import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where Redis is.
///
/// | form | means |
/// | --- | --- |
/// | `redis://host:port` | one server; `rediss://` with TLS |
/// | `redis-sentinel://host:port,host:port#name` | the master that Sentinels call by that name; `rediss-sentinel://` with TLS |
/// | `redis-cluster://host:port,host:port` | a cluster, of which these nodes are tried in turn; `rediss-cluster://` with TLS |
///
/// A user may stand before the hosts, as in `redis://ana@host`; a password may not, because
/// addresses are logged: it has a setting of its own.
///
/// @param text as it was given
/// @param user of Redis; empty for the default one
/// @param nodes without user, as Lettuce reads them; one, or those of a cluster
/// @param cluster whether it is a cluster
public record RedisAddress(String text, String user, List<String> nodes, boolean cluster) {
  private static final List<String> SCHEMES =
      List.of(
          "redis://",
          "rediss://",
          "redis-sentinel://",
          "rediss-sentinel://",
          "redis-cluster://",
          "rediss-cluster://");

  public RedisAddress {
    nodes = List.copyOf(nodes);
  }

  /// Reads an address.
  ///
  /// @throws IllegalArgumentException if it is not one, with a message for the operator that does
  ///   not contain what may be a password
  public static RedisAddress of(String text) {
    int begin = text.indexOf("://") + 3;
    if (begin < 3 || !SCHEMES.contains(text.substring(0, begin))) {
      throw new IllegalArgumentException(
          "the address of Redis begins with one of " + String.join(", ", SCHEMES));
    }
    String scheme = text.substring(0, begin);
    int at = text.lastIndexOf('@');
    String user = at < begin ? "" : text.substring(begin, at);
    if (user.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "the address of Redis contains a password: remove it, and name a file that contains it");
    }
    String hosts = text.substring(Math.max(begin, at + 1));
    boolean cluster = scheme.endsWith("-cluster://");
    List<String> nodes = new ArrayList<>();
    if (cluster) {
      for (String host : hosts.split(",", -1)) {
        nodes.add(scheme.replace("-cluster", "") + host);
      }
    } else {
      nodes.add(text.substring(0, begin) + hosts);
    }
    nodes.forEach(RedisAddress::read);
    return new RedisAddress(text, user, nodes, cluster);
  }

  private static RedisURI read(String node) {
    RedisURI uri;
    try {
      uri = RedisURI.create(node);
    } catch (RuntimeException e) {
      throw unreadable(node);
    }
    boolean complete =
        uri.getSentinels().isEmpty()
            ? isHost(uri.getHost()) && uri.getPort() > 0
            : uri.getSentinelMasterId() != null && !uri.getSentinelMasterId().isEmpty();
    if (!complete) {
      throw unreadable(node);
    }
    return uri;
  }

  /// What has a colon outside of brackets has a port that was not understood.
  private static boolean isHost(@Nullable String host) {
    return host != null && !host.isEmpty() && (host.indexOf(':') < 0 || host.startsWith("["));
  }

  private static IllegalArgumentException unreadable(String node) {
    return new IllegalArgumentException(
        "the address of Redis can't be read: '%s' is not host:port, or with Sentinels host:port#name"
            .formatted(node));
  }

  /// The addresses as Lettuce takes them.
  ///
  /// @param password of Redis; empty for none. Sentinels are asked without one
  /// @param timeout of connecting, and of every command
  List<RedisURI> uris(String password, Duration timeout) {
    List<RedisURI> uris = new ArrayList<>();
    for (String node : nodes) {
      RedisURI uri = read(node);
      uri.setTimeout(timeout);
      uri.getSentinels().forEach(sentinel -> sentinel.setTimeout(timeout));
      if (!password.isEmpty()) {
        if (user.isEmpty()) {
          uri.setAuthentication(password.toCharArray());
        } else {
          uri.setAuthentication(user, password.toCharArray());
        }
      }
      uris.add(uri);
    }
    return uris;
  }

  @Override
  public String toString() {
    return text;
  }
}
