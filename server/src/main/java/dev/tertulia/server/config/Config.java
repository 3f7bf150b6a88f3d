package dev.tertulia.server.config;

import dev.tertulia.server.protocol.Language;
import io.netty.util.internal.PlatformDependent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The settings of one server, read and checked. [Setting] says what each means.
///
/// @param port 0 for any that is free
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

  /// The least serious event that is logged.
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /// Which transport to use.
  public enum TransportChoice {
    /// The best that works.
    AUTO,
    IO_URING,
    EPOLL,
    NIO
  }

  /// How it is noticed that a peer is gone.
  public record Heartbeat(Duration interval, Duration timeout) {}

  /// How long notifications and those who get them are remembered.
  ///
  /// @param keep the oldest notification's age; 0 for no bound
  /// @param entries of one inbox, what was done with its notifications among them; 0 for no bound
  /// @param devices how long a device may be silent; 0 for no bound
  /// @param clients how long a client may be away; 0 for no bound
  public record Inboxes(Duration keep, int entries, Duration devices, Duration clients) {}

  /// What one connection, and what all together, may cost.
  ///
  /// @param connections 0 for as many as the open files allow
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

  /// How many rooms and inboxes there may be.
  ///
  /// @param roomsPerClient that one client has to do with, when it begins another
  /// @param inboxesPerSender that one client begins in a day
  public record Names(int rooms, int roomsPerClient, int inboxes, int inboxesPerSender) {}

  /// How much a connection or an address may ask for besides a number of messages.
  ///
  /// @param bytesPerSecond of one connection, as they are decompressed; 0 for no limit
  /// @param requestsPerSecond over HTTP, of one connection; 0 for no limit
  /// @param requestsPerSecondPerAddress over HTTP; 0 for no limit
  public record Work(
      int bytesPerSecond, int burstBytes, int requestsPerSecond, int requestsPerSecondPerAddress) {}

  /// What messages and requests may hold that have not arrived whole, in bytes.
  ///
  /// @param total for all connections together
  public record Inbound(long total, long perAddress, long perClient) {}

  /// Reads the settings.
  ///
  /// @throws ConfigException if one is not what it must be
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
                settings.integer(Setting.LIMITS_REQUESTS_PER_SECOND_PER_ADDRESS, 0, 1_000_000)),
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
