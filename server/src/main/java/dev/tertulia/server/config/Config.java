package dev.tertulia.server.config;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.logging.LogPart;
import dev.tertulia.server.logging.LogSettings;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.PathPrefix;
import dev.tertulia.server.model.PostgresAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The settings of one server, parsed and validated. [Setting] documents each of them.
///
/// @param port 0 for any free port
/// @param database where the log is in PostgreSQL; `null` if it is in SQLite, in `data`
/// @param cluster this server among others on `database`
/// @param announceDeparturesUpTo the maximum number of clients in a room for departures to be
///   announced; 0 for never
public record Config(
    String host,
    int port,
    Path data,
    @Nullable PostgresAddress database,
    ClusterConfig cluster,
    Language language,
    LogSettings log,
    AuditLog.Scope audit,
    TransportChoice transport,
    boolean compression,
    boolean shortSlices,
    AuthConfig auth,
    @Nullable TlsConfig tls,
    ProxyConfig proxy,
    Set<String> hosts,
    Set<String> origins,
    PathPrefix pathPrefix,
    Heartbeat heartbeat,
    Drain drain,
    LimitsConfig limits,
    int announceDeparturesUpTo,
    RoomRules rooms,
    Inboxes inboxes) {

  /// The network transport.
  public enum TransportChoice {
    /// The best one that is available.
    AUTO,
    IO_URING,
    EPOLL,
    NIO
  }

  /// How lost peers are detected.
  public record Heartbeat(Duration interval, Duration timeout) {
    private static Heartbeat from(SettingReader settings) {
      Duration interval = settings.get(Setting.HEARTBEAT_INTERVAL).duration();
      Value timeout = settings.get(Setting.HEARTBEAT_TIMEOUT);
      Heartbeat heartbeat = new Heartbeat(interval, timeout.duration());
      if (heartbeat.timeout.compareTo(interval) <= 0) {
        timeout.report("must be longer than heartbeat.interval");
      }
      return heartbeat;
    }
  }

  /// How the server ends on request.
  ///
  /// @param grace how long everyone is still served
  /// @param period the time over which connections are closed then
  public record Drain(Duration grace, Duration period) {
    /// The maximum of both, which is longer than a supervisor waits.
    static final Duration MOST = Duration.ofMinutes(10);

    private static Drain from(SettingReader settings) {
      return new Drain(
          time(settings.get(Setting.DRAIN_GRACE)), time(settings.get(Setting.DRAIN_PERIOD)));
    }

    private static Duration time(Value value) {
      Duration time = value.durationOrZero();
      if (time.compareTo(MOST) > 0) {
        value.report("must be at most 10m");
      }
      return time;
    }
  }

  /// How long notifications, devices and clients are kept.
  ///
  /// @param keep the maximum age of a notification; 0 for no limit
  /// @param entries the maximum number of entries of one inbox, including state changes of
  ///   notifications; 0 for no limit
  /// @param devices how long a device may be absent; 0 for no limit
  /// @param clients how long a client may be absent; 0 for no limit
  public record Inboxes(Duration keep, int entries, Duration devices, Duration clients) {
    private static Inboxes from(SettingReader settings) {
      return new Inboxes(
          settings.get(Setting.NOTIFICATIONS_KEEP).durationOrZero(),
          settings.get(Setting.NOTIFICATIONS_PER_INBOX).integer(0, 1_000_000_000),
          settings.get(Setting.NOTIFICATIONS_DEVICES_KEEP).durationOrZero(),
          settings.get(Setting.NOTIFICATIONS_CLIENTS_KEEP).durationOrZero());
    }
  }

  /// Parses and validates the settings.
  ///
  /// @throws ConfigException if a source or a setting is not valid, with all problems
  public static Config from(Settings settings) {
    SettingReader reader = new SettingReader(settings);
    Config config = from(reader);
    config.checkReach(reader);
    List<String> problems = reader.problems();
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return config;
  }

  /// Open mode is for the machine itself, unless it is asked for twice.
  private void checkReach(SettingReader settings) {
    if (auth.mode() == AuthConfig.Mode.OPEN
        && !auth.openOnNetwork()
        && !NetworkGate.isLoopback(host.contains(":") ? "[" + host + "]" : host)) {
      settings.report(
          "host is %s, and auth.mode is 'open': anyone who reaches that address could read and write"
                  .formatted(host)
              + " everything. Set auth.mode to 'token' (TERTULIA_AUTH_MODE=token) and"
              + " auth.hs256_secret (TERTULIA_AUTH_HS256_SECRET) to let in clients with a token, or"
              + " set auth.open_on_network to 'true' (--open-on-network) to let in everyone");
    }
  }

  /// Parses the data folder only, for commands that need no other setting.
  ///
  /// @throws ConfigException if a source or the folder is not valid
  public static Path folder(Settings settings) {
    SettingReader reader = new SettingReader(settings);
    Path folder = reader.get(Setting.DATA).path();
    if (!reader.problems().isEmpty()) {
      throw new ConfigException(reader.problems());
    }
    return folder;
  }

  /// The database, if the log is in PostgreSQL; `null` if it is in the data folder.
  ///
  /// @throws ConfigException if the settings of it are not valid
  public static @Nullable PostgresAddress database(Settings settings) {
    SettingReader reader = new SettingReader(settings);
    PostgresAddress address =
        database(reader.get(Setting.DATABASE), reader.get(Setting.DATABASE_PASSWORD));
    if (!reader.problems().isEmpty()) {
      throw new ConfigException(reader.problems());
    }
    return address;
  }

  private static Config from(SettingReader settings) {
    return new Config(
        settings.get(Setting.HOST).text(),
        settings.get(Setting.PORT).integer(0, 65_535),
        settings.get(Setting.DATA).path(),
        database(settings.get(Setting.DATABASE), settings.get(Setting.DATABASE_PASSWORD)),
        ClusterConfig.from(settings),
        settings.get(Setting.LANGUAGE).oneOf(Language.class),
        log(settings),
        settings.get(Setting.AUDIT).oneOf(AuditLog.Scope.class),
        settings.get(Setting.TRANSPORT).oneOf(TransportChoice.class),
        settings.get(Setting.COMPRESSION).truth(),
        settings.get(Setting.THREADS_SHORT_SLICES).truth(),
        AuthConfig.from(settings),
        TlsConfig.from(settings),
        ProxyConfig.from(settings),
        hosts(settings.get(Setting.HOSTS)),
        origins(settings.get(Setting.ORIGINS)),
        pathPrefix(settings.get(Setting.PATH_PREFIX), settings.get(Setting.PUBLIC_URL)),
        Heartbeat.from(settings),
        Drain.from(settings),
        LimitsConfig.from(settings),
        settings.get(Setting.PRESENCE_ANNOUNCE_DEPARTURES_UP_TO).integer(0, 1_000_000),
        RoomRules.from(settings.get(Setting.ROOMS)),
        Inboxes.from(settings));
  }

  /// `null` if there is none, or it is not valid, which is a problem.
  private static @Nullable PostgresAddress database(Value address, Value password) {
    Secret secret = password.anySecret();
    String text = address.optional();
    if (text == null) {
      if (secret != null) {
        password.report("is set, so database must be set too");
      }
      return null;
    }
    try {
      return PostgresAddress.of(text, secret == null ? null : secret.text());
    } catch (IllegalArgumentException e) {
      address.report("is not valid: " + e.getMessage());
      return null;
    }
  }

  private static LogSettings log(SettingReader settings) {
    return new LogSettings(
        settings.get(Setting.LOG_FORMAT).oneOf(LogSettings.Format.class),
        settings.get(Setting.LOG_LEVEL).oneOf(LogSettings.Level.class),
        levels(settings.get(Setting.LOG_LEVELS)));
  }

  private static Map<String, LogSettings.Level> levels(Value list) {
    Map<String, LogSettings.Level> levels = new TreeMap<>();
    for (Value item : list.items()) {
      String[] pair = item.text().split("=", 2);
      LogSettings.Level level = pair.length < 2 ? null : level(pair[1].strip());
      String part = pair[0].strip();
      if (level == null || !LogPart.CONFIGURABLE.contains(part)) {
        item.refuse(
            "a list of PART=LEVEL, such as storage=debug; parts are "
                + String.join(", ", LogPart.CONFIGURABLE));
      } else if (levels.put(part, level) != null) {
        item.report("contains '" + part + "' twice");
      }
    }
    return levels;
  }

  private static LogSettings.@Nullable Level level(String name) {
    for (LogSettings.Level level : LogSettings.Level.values()) {
      if (Value.wireName(level).equals(name)) {
        return level;
      }
    }
    return null;
  }

  private static Set<String> hosts(Value list) {
    Set<String> hosts = new HashSet<>();
    for (Value item : list.items()) {
      String host = item.text().toLowerCase(Locale.ROOT);
      if (host.matches("[a-z0-9._-]{1,253}")) {
        hosts.add(host);
      } else {
        item.refuse("a list of host names without a port, such as chat.example.org");
      }
    }
    return Set.copyOf(hosts);
  }

  /// Cookies are for the path in `public_url`, and a browser sends them to no other.
  private static PathPrefix pathPrefix(Value value, Value publicUrl) {
    String text = value.optional();
    PathPrefix prefix = text == null ? PathPrefix.NONE : PathPrefix.parse(text);
    if (prefix == null) {
      value.refuse(
          "a path such as /chat: it begins with '/', does not end with it, and contains letters,"
              + " digits, '-', '.', '_' and '~' only, in segments that are not '.' or '..'");
      return PathPrefix.NONE;
    }
    URI page = AuthConfig.url(publicUrl);
    if (text != null && page != null && !prefix.text().equals(page.getRawPath())) {
      value.report("is not the path of public_url, which is %s".formatted(page));
    }
    return prefix;
  }

  private static Set<String> origins(Value list) {
    Set<String> origins = new HashSet<>();
    for (Value item : list.items()) {
      if (item.text().matches("https?://[^/?#\\s]+")) {
        origins.add(item.text());
      } else {
        item.refuse(
            "a list of origins: an origin must be a scheme, a host and optionally a port, such as"
                + " https://chat.example.org");
      }
    }
    return Set.copyOf(origins);
  }
}
