package dev.tertulia.server.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where a PostgreSQL database is and as whom it is opened:
/// `postgresql://user@host:port/database?sslmode=verify-full`. Immutable. No text that it gives
/// contains the password.
///
/// @param parameters of TLS, by name: those of [#PARAMETERS]
/// @param password `null` for none
public record PostgresAddress(
    String user,
    String host,
    int port,
    String database,
    Map<String, String> parameters,
    @Nullable String password) {
  private static final int DEFAULT_PORT = 5432;

  /// What may stand after the `?`.
  private static final Set<String> PARAMETERS =
      Set.of("sslmode", "sslrootcert", "sslcert", "sslkey");

  private static final Set<String> SSL_MODES =
      Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  public PostgresAddress {
    parameters = Map.copyOf(parameters);
  }

  /// Reads an address. It may contain the password, as `user:password@`; lists of processes show it
  /// then.
  ///
  /// @param password set apart; `null` if it is not
  /// @throws IllegalArgumentException if it is none, or has two passwords; with what is wrong with
  ///   it
  public static PostgresAddress of(String text, @Nullable String password) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      // Its message would repeat the text, in which somebody may have put a password.
      throw new IllegalArgumentException("it is not an address: " + e.getReason());
    }
    require(
        "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme()),
        "it must begin with postgresql://");
    String user = uri.getRawUserInfo();
    require(
        user != null && !user.isEmpty() && user.charAt(0) != ':',
        "the user or the host is missing: postgresql://user@host/database");
    int colon = user.indexOf(':');
    require(
        colon < 0 || password == null,
        "it contains a password, and another one is set: remove one of them");
    require(uri.getHost() != null, "the host is not valid: postgresql://user@host/database");
    String path = uri.getRawPath();
    require(
        path.length() > 1 && path.indexOf('/', 1) < 0,
        "the database is missing: postgresql://user@host/database");
    return new PostgresAddress(
        decoded(colon < 0 ? user : user.substring(0, colon)),
        uri.getHost(),
        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
        decoded(path.substring(1)),
        parameters(uri.getRawQuery()),
        colon < 0 ? password : decoded(user.substring(colon + 1)));
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

  /// For the driver.
  public String jdbc() {
    return "jdbc:postgresql://%s:%s/".formatted(host, port);
  }

  /// Whether the server is on this machine, so that nobody can listen in between.
  public boolean isLocal() {
    return host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
  }

  /// For people: the database and the host, without the password.
  @Override
  public String toString() {
    return "%s on %s:%s".formatted(database, host, port);
  }
}
