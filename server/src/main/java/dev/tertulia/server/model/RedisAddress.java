package dev.tertulia.server.model;

import java.util.ArrayList;
import java.util.List;

/// Where Redis is. Immutable.
///
/// | form | means |
/// | --- | --- |
/// | `redis://host:port` | one server; `rediss://` with TLS |
/// | `redis-sentinel://host:port,host:port#name` | the master that Sentinels call by that name; `rediss-sentinel://` with TLS |
/// | `redis-cluster://host:port,host:port` | a cluster, of which these nodes are tried in turn; `rediss-cluster://` with TLS |
///
/// A user may stand before the hosts, as in `redis://ana@host`; a password may not, because
/// addresses are logged: it has a setting of its own. Without a port, that of Redis is meant.
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

  private static final int MOST_DIGITS = 5;
  private static final int MOST_PORT = 65_535;

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
    boolean sentinel = scheme.endsWith("-sentinel://");
    int name = hosts.indexOf('#');
    if (sentinel ? name < 0 || name + 1 == hosts.length() : name >= 0) {
      throw unreadable(hosts);
    }
    boolean cluster = scheme.endsWith("-cluster://");
    List<String> nodes = new ArrayList<>();
    for (String host : (sentinel ? hosts.substring(0, name) : hosts).split(",", -1)) {
      if (!isHost(host)) {
        throw unreadable(hosts);
      }
      nodes.add(scheme.replace("-cluster", "") + host);
    }
    if (!cluster) {
      if (!sentinel && nodes.size() > 1) {
        throw unreadable(hosts);
      }
      nodes = List.of(scheme + hosts);
    }
    return new RedisAddress(text, user, nodes, cluster);
  }

  /// Whether it is encrypted.
  public boolean isTls() {
    return text.startsWith("rediss");
  }

  /// Whether it is a host, or one with a port.
  private static boolean isHost(String host) {
    int bracket = host.lastIndexOf(']');
    int colon = host.indexOf(':', bracket + 1);
    String name = colon < 0 ? host : host.substring(0, colon);
    boolean named = !name.isEmpty();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      named &=
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "-._".indexOf(c) >= 0
              || (bracket >= 0 && "[]:%".indexOf(c) >= 0);
    }
    return named && (bracket < 0 || name.charAt(0) == '[') && isPort(host, colon);
  }

  /// @param colon before the port; negative if there is none
  private static boolean isPort(String host, int colon) {
    if (colon < 0) {
      return true;
    }
    String port = host.substring(colon + 1);
    return DecimalText.isNumber(port, MOST_DIGITS)
        && Integer.parseInt(port) > 0
        && Integer.parseInt(port) <= MOST_PORT;
  }

  private static IllegalArgumentException unreadable(String hosts) {
    return new IllegalArgumentException(
        "the address of Redis can't be read: '%s' is not host:port, or with Sentinels host:port#name"
            .formatted(hosts));
  }

  @Override
  public String toString() {
    return text;
  }
}
