package dev.tertulia.server.config;

import dev.tertulia.server.model.Language;
import io.netty.util.internal.PlatformDependent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The settings of one server, parsed and validated. [Setting] documents each of them.
///
/// @param port 0 for any free port
public record Config(
    String host,
    int port,
    Path data,
    Language language,
    LogLevel logLevel,
    TransportChoice transport,
    boolean compression,
    boolean shortSlices,
    boolean openOnNetwork,
    Set<String> hosts,
    Set<String> origins,
    Heartbeat heartbeat,
    Limits limits,
    int announceDeparturesUpTo,
    RoomRules rooms,
    Inboxes inboxes) {

  /// The lowest level that is logged.
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /// The network transport.
  public enum TransportChoice {
    /// The best one that is available.
    AUTO,
    IO_URING,
    EPOLL,
    NIO
  }

  /// How lost peers are detected.
  public record Heartbeat(Duration interval, Duration timeout) {}

  /// How long notifications, devices and clients are kept.
  ///
  /// @param keep the maximum age of a notification; 0 for no limit
  /// @param entries the maximum number of entries of one inbox, including state changes of
  ///   notifications; 0 for no limit
  /// @param devices how long a device may be absent; 0 for no limit
  /// @param clients how long a client may be absent; 0 for no limit
  public record Inboxes(Duration keep, int entries, Duration devices, Duration clients) {}

  /// The resource limits of one connection and of all connections together.
  ///
  /// @param connections 0 for as many as the open-file limit allows
  /// @param connectionsPerAddress 0 for no limit
  /// @param messagesPerSecond 0 for no limit
  /// @param journalQueue in entries
  public record Limits(
      int connections,
      int connectionsPerAddress,
      int connectionsPerClient,
      int messagesPerSecond,
      int burst,
      Work work,
      PerClient perClient,
      int frameBytes,
      Duration messageTimeout,
      Inbound inbound,
      int sendQueueBytes,
      long sendQueuesBytes,
      long deliveriesBytes,
      Duration flushBudget,
      int journalQueue,
      int tailBytes,
      int pagesBytes,
      Names names,
      int apiRequests,
      Duration handshakeTimeout) {}

  /// The limits on the number of rooms and inboxes.
  ///
  /// @param roomsPerClient how many rooms a client may take part in when it creates another
  /// @param inboxesPerSender how many inboxes one client may create in a day
  public record Names(int rooms, int roomsPerClient, int inboxes, int inboxesPerSender) {}

  /// The rate limits of a connection or an address, besides the number of messages.
  ///
  /// @param bytesPerSecond per connection, counted after decompression; 0 for no limit
  /// @param requestsPerSecond HTTP requests per connection; 0 for no limit
  /// @param requestsPerSecondPerAddress HTTP requests per address; 0 for no limit
  /// @param handshakesPerSecondPerAddress WebSockets and streams opened per address; 0 for no limit
  public record Work(
      int bytesPerSecond,
      int burstBytes,
      int requestsPerSecond,
      int requestsPerSecondPerAddress,
      int handshakesPerSecondPerAddress) {}

  /// What all connections and HTTP requests of a client may do together, per second; 0 for no
  /// limit.
  ///
  /// @param queries of history, presence, rooms and inbox
  public record PerClient(int messages, int bytes, int notifications, int joins, int queries) {}

  /// The memory for messages and requests that have not arrived completely, in bytes.
  ///
  /// @param total for all connections together
  public record Inbound(long total, long perAddress, long perClient) {}

  /// Parses and validates the settings.
  ///
  /// @throws ConfigException if a setting has an invalid value
  public static Config from(Settings settings) {
    Heartbeat heartbeat =
        new Heartbeat(
            settings.duration(Setting.HEARTBEAT_INTERVAL),
            settings.duration(Setting.HEARTBEAT_TIMEOUT));
    if (heartbeat.timeout().compareTo(heartbeat.interval()) <= 0) {
      throw new ConfigException("heartbeat.timeout must be longer than heartbeat.interval");
    }
    Limits limits =
        new Limits(
            settings.integer(Setting.LIMITS_CONNECTIONS, 0, 10_000_000),
            settings.integer(Setting.LIMITS_CONNECTIONS_PER_ADDRESS, 0, 10_000_000),
            settings.integer(Setting.LIMITS_CONNECTIONS_PER_CLIENT, 1, 10_000),
            settings.integer(Setting.LIMITS_MESSAGES_PER_SECOND, 0, 1_000_000),
            settings.integer(Setting.LIMITS_BURST, 1, 1_000_000),
            new Work(
                settings.bytes(Setting.LIMITS_BYTES_PER_SECOND, 0, 1 << 30),
                settings.bytes(Setting.LIMITS_BURST_BYTES, 1 << 10, 1 << 30),
                settings.integer(Setting.LIMITS_REQUESTS_PER_SECOND, 0, 1_000_000),
                settings.integer(Setting.LIMITS_REQUESTS_PER_SECOND_PER_ADDRESS, 0, 1_000_000),
                settings.integer(Setting.LIMITS_HANDSHAKES_PER_SECOND_PER_ADDRESS, 0, 1_000_000)),
            new PerClient(
                settings.integer(Setting.LIMITS_MESSAGES_PER_SECOND_PER_CLIENT, 0, 1_000_000),
                settings.bytes(Setting.LIMITS_BYTES_PER_SECOND_PER_CLIENT, 0, 1 << 30),
                settings.integer(Setting.LIMITS_NOTIFICATIONS_PER_SECOND_PER_CLIENT, 0, 1_000_000),
                settings.integer(Setting.LIMITS_JOINS_PER_SECOND_PER_CLIENT, 0, 1_000_000),
                settings.integer(Setting.LIMITS_QUERIES_PER_SECOND_PER_CLIENT, 0, 1_000_000)),
            settings.bytes(Setting.LIMITS_FRAME_BYTES, 1 << 10, 64 << 20),
            settings.duration(Setting.LIMITS_MESSAGE_TIMEOUT),
            inbound(settings),
            settings.bytes(Setting.LIMITS_SEND_QUEUE_BYTES, 1 << 10, 1 << 30),
            settings.bytesOrShare(
                Setting.LIMITS_SEND_QUEUES_BYTES, 1 << 20, PlatformDependent.maxDirectMemory()),
            settings.bytesOrShare(
                Setting.LIMITS_DELIVERIES_BYTES, 1 << 20, PlatformDependent.maxDirectMemory()),
            settings.durationOrZero(Setting.LIMITS_FLUSH_BUDGET),
            settings.integer(Setting.LIMITS_JOURNAL_QUEUE, 1, 10_000_000),
            settings.bytes(Setting.LIMITS_TAIL_BYTES, 1 << 20, 1 << 30),
            settings.bytes(Setting.LIMITS_PAGES_BYTES, 1 << 20, 1 << 30),
            new Names(
                settings.integer(Setting.LIMITS_ROOMS, 1, 1_000_000_000),
                settings.integer(Setting.LIMITS_ROOMS_PER_CLIENT, 1, 1_000_000_000),
                settings.integer(Setting.LIMITS_INBOXES, 1, 1_000_000_000),
                settings.integer(Setting.LIMITS_INBOXES_PER_SENDER, 1, 1_000_000_000)),
            settings.integer(Setting.LIMITS_API_REQUESTS, 1, 100_000),
            settings.duration(Setting.LIMITS_HANDSHAKE_TIMEOUT));
    return new Config(
        settings.text(Setting.HOST),
        settings.integer(Setting.PORT, 0, 65_535),
        settings.path(Setting.DATA),
        settings.oneOf(Setting.LANGUAGE, Language.class),
        settings.oneOf(Setting.LOG_LEVEL, LogLevel.class),
        settings.oneOf(Setting.TRANSPORT, TransportChoice.class),
        settings.truth(Setting.COMPRESSION),
        settings.truth(Setting.THREADS_SHORT_SLICES),
        settings.truth(Setting.AUTH_OPEN_ON_NETWORK),
        hosts(settings.text(Setting.HOSTS)),
        origins(settings.text(Setting.ORIGINS)),
        heartbeat,
        limits,
        settings.integer(Setting.ROOMS_ANNOUNCE_DEPARTURES_UP_TO, 0, 1_000_000),
        RoomRules.parse(settings.text(Setting.ROOMS_RULES)),
        new Inboxes(
            settings.durationOrZero(Setting.NOTIFICATIONS_KEEP),
            settings.integer(Setting.NOTIFICATIONS_PER_INBOX, 0, 1_000_000_000),
            settings.durationOrZero(Setting.NOTIFICATIONS_DEVICES_KEEP),
            settings.durationOrZero(Setting.NOTIFICATIONS_CLIENTS_KEEP)));
  }

  private static Inbound inbound(Settings settings) {
    long memory = Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
    long total = settings.bytesOrShare(Setting.LIMITS_INBOUND_BYTES, 1 << 20, memory);
    return new Inbound(
        total,
        settings.bytesOrShare(Setting.LIMITS_INBOUND_BYTES_PER_ADDRESS, 64 << 10, total),
        settings.bytesOrShare(Setting.LIMITS_INBOUND_BYTES_PER_CLIENT, 64 << 10, total));
  }

  private static Set<String> hosts(String list) {
    Set<String> hosts =
        items(list).map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    for (String host : hosts) {
      if (!host.matches("[a-z0-9._-]{1,253}")) {
        throw new ConfigException(
            "hosts (TERTULIA_HOSTS) contains '%s', but must be a comma-separated list of host names without a port, such as chat.example.org"
                .formatted(host));
      }
    }
    return Set.copyOf(hosts);
  }

  private static Stream<String> items(String list) {
    return Stream.of(list.split(",", -1)).map(String::strip).filter(item -> !item.isEmpty());
  }

  private static Set<String> origins(String list) {
    Set<String> origins = items(list).collect(Collectors.toUnmodifiableSet());
    for (String origin : origins) {
      if (!origin.matches("https?://[^/?#\\s]+")) {
        throw new ConfigException(
            "origins (TERTULIA_ORIGINS) contains '%s', but an origin must be a scheme, a host and optionally a port, such as"
                    .formatted(origin)
                + " https://chat.example.org");
      }
    }
    return origins;
  }
}
