package dev.tertulia.server.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where a PostgreSQL database is and as whom it is opened:
/// `postgresql://user@host:port,host:port/database?sslmode=verify-full`. Immutable. No text that it
/// gives contains the password.
///
/// @param hosts the servers, of which one at a time is in charge; at least one
/// @param parameters of TLS, by name: those of [#PARAMETERS]
/// @param password `null` for none
public record PostgresAddress(
    String user,
    List<Host> hosts,
    String database,
    Map<String, String> parameters,
    @Nullable String password) {
  private static final int DEFAULT_PORT = 5432;

  /// The most servers of a database.
  private static final int MOST_HOSTS = 8;

  /// A server.
  public record Host(String name, int port) {
    boolean isLocal() {
      return name.equals("localhost") || name.equals("[::1]") || name.startsWith("127.");
    }

    /// For the driver.
    public String jdbc() {
      return "jdbc:postgresql://%s:%s/".formatted(name, port);
    }

    @Override
    public String toString() {
      return name + ":" + port;
    }
  }

  /// What may stand after the `?`.
  private static final Set<String> PARAMETERS =
      Set.of("sslmode", "sslrootcert", "sslcert", "sslkey");

  private static final Set<String> SSL_MODES =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  public PostgresAddress {
    hosts = List.copyOf(hosts);
    parameters = Map.copyOf(parameters);
  }

  /// Reads an address. It may contain the password, as `user:password@`; lists of processes show it
  /// then.
  ///
  /// @param password set apart; `null` if it is not
  /// @throws IllegalArgumentException if it is none, or has two passwords; with what is wrong with
  ///   it
  public static PostgresAddress of(String text, @Nullable String password) {
    int begin = text.indexOf("://") + 3;
    int end = begin;
    while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    int at = text.lastIndexOf('@', end - 1);
    URI uri;
    try {
      // A list of hosts is no part of an ordinary address.
      uri = new URI(at < begin ? text : text.substring(0, at + 1) + "host" + text.substring(end));
    } catch (URISyntaxException e) {
      // Its message would repeat the text, in which somebody may have put a password.
      throw new IllegalArgumentException("it is not an address: " + e.getReason());
    }
    require(
        "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme()),
        "it must begin with postgresql://");
    require(
        at > begin && text.charAt(begin) != ':' && at < end - 1,
        "the user or the host is missing: postgresql://user@host/database");
    String user = text.substring(begin, at);
    int colon = user.indexOf(':');
    require(
        colon < 0 || password == null,
        "it contains a password, and another one is set: remove one of them");
    List<Host> hosts = new ArrayList<>();
    for (String host : text.substring(at + 1, end).split(",", -1)) {
      hosts.add(host(host));
    }
    require(hosts.size() <= MOST_HOSTS, "it has more than %s hosts".formatted(MOST_HOSTS));
    String path = uri.getRawPath();
    require(
        path.length() > 1 && path.indexOf('/', 1) < 0,
        "the database is missing: postgresql://user@host/database");
    return new PostgresAddress(
        decoded(colon < 0 ? user : user.substring(0, colon)),
        hosts,
        decoded(path.substring(1)),
        parameters(uri.getRawQuery()),
        colon < 0 ? password : decoded(user.substring(colon + 1)));
  }

  private static Host host(String text) {
    URI uri;
    try {
      uri = new URI("postgresql://" + text);
    } catch (URISyntaxException e) {
      uri = null;
    }
    if (uri == null || uri.getHost() == null || uri.getUserInfo() != null) {
      throw new IllegalArgumentException("a host is not valid: postgresql://user@host/database");
    }
    return new Host(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (query == null) {
      return parameters;
    }
    for (String pair : query.split("&", -1)) {
      String name = pair.substring(0, Math.max(0, pair.indexOf('=')));
      require(
          PARAMETERS.contains(name),
          "after the '?' there may only be sslmode, sslrootcert, sslcert and sslkey");
      require(
          parameters.put(name, decoded(pair.substring(name.length() + 1))) == null,
          "'%s' is there twice".formatted(name));
    }
    String mode = parameters.get("sslmode");
    require(
        mode == null || SSL_MODES.contains(mode),
        "'sslmode' must be disable, allow, prefer, require, verify-ca or verify-full");
    return parameters;
  }

  private static String decoded(String text) {
    try {
      // A plus stands for itself, other than in forms.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("it has a '%' that is not followed by two digits", e);
    }
  }

  private static void require(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /// Whether all servers are on this machine, so that nobody can listen in between.
  public boolean isLocal() {
    return hosts.stream().allMatch(Host::isLocal);
  }

  /// For people: the database and the hosts, without the password.
  @Override
  public String toString() {
    return "%s on %s"
        .formatted(database, hosts.stream().map(Host::toString).collect(Collectors.joining(", ")));
  }
}
