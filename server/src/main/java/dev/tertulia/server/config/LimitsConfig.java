package dev.tertulia.server.config;

import io.netty.util.internal.PlatformDependent;
import java.time.Duration;

/// The resource limits of one connection and of all connections together.
///
/// @param connections 0 for as many as the open-file limit allows
/// @param connectionsPerAddress 0 for no limit
/// @param messagesPerSecond 0 for no limit
/// @param journalQueue in entries
public record LimitsConfig(
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
    Duration handshakeTimeout) {

  /// The limits on the number of rooms and inboxes.
  ///
  /// @param roomsPerClient how many rooms a client may take part in when it creates another
  /// @param newRoomsPerClient how many rooms one client may create in a day
  /// @param inboxesPerSender how many inboxes one client may create in a day
  public record Names(
      int rooms, int roomsPerClient, int newRoomsPerClient, int inboxes, int inboxesPerSender) {
    private static final int MOST = 1_000_000_000;

    private static Names from(SettingReader settings) {
      return new Names(
          settings.get(Setting.LIMITS_ROOMS).integer(1, MOST),
          settings.get(Setting.LIMITS_ROOMS_PER_CLIENT).integer(1, MOST),
          settings.get(Setting.LIMITS_NEW_ROOMS_PER_CLIENT).integer(1, MOST),
          settings.get(Setting.LIMITS_INBOXES).integer(1, MOST),
          settings.get(Setting.LIMITS_INBOXES_PER_SENDER).integer(1, MOST));
    }
  }

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
      int handshakesPerSecondPerAddress) {
    private static Work from(SettingReader settings) {
      return new Work(
          settings.get(Setting.LIMITS_BYTES_PER_SECOND).bytes(0, 1 << 30),
          settings.get(Setting.LIMITS_BURST_BYTES).bytes(1 << 10, 1 << 30),
          settings.get(Setting.LIMITS_REQUESTS_PER_SECOND).integer(0, 1_000_000),
          settings.get(Setting.LIMITS_REQUESTS_PER_SECOND_PER_ADDRESS).integer(0, 1_000_000),
          settings.get(Setting.LIMITS_HANDSHAKES_PER_SECOND_PER_ADDRESS).integer(0, 1_000_000));
    }
  }

  /// What all connections and HTTP requests of a client may do together. Rates are per second, and
  /// 0 is for no limit.
  ///
  /// @param joinedRooms the number of rooms that they are in
  /// @param queries of history, presence, rooms and inbox
  public record PerClient(
      int messages, int bytes, int notifications, int joins, int joinedRooms, int queries) {
    private static PerClient from(SettingReader settings) {
      return new PerClient(
          settings.get(Setting.LIMITS_MESSAGES_PER_SECOND_PER_CLIENT).integer(0, 1_000_000),
          settings.get(Setting.LIMITS_BYTES_PER_SECOND_PER_CLIENT).bytes(0, 1 << 30),
          settings.get(Setting.LIMITS_NOTIFICATIONS_PER_SECOND_PER_CLIENT).integer(0, 1_000_000),
          settings.get(Setting.LIMITS_JOINS_PER_SECOND_PER_CLIENT).integer(0, 1_000_000),
          settings.get(Setting.LIMITS_JOINED_ROOMS_PER_CLIENT).integer(1, 10_000_000),
          settings.get(Setting.LIMITS_QUERIES_PER_SECOND_PER_CLIENT).integer(0, 1_000_000));
    }
  }

  /// The memory for messages and requests that have not arrived completely, in bytes.
  ///
  /// @param total for all connections together
  public record Inbound(long total, long perAddress, long perClient) {
    private static Inbound from(SettingReader settings) {
      long memory = Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
      long total = settings.get(Setting.LIMITS_INBOUND_BYTES).bytesOrShare(1 << 20, memory);
      return new Inbound(
          total,
          settings.get(Setting.LIMITS_INBOUND_BYTES_PER_ADDRESS).bytesOrShare(64 << 10, total),
          settings.get(Setting.LIMITS_INBOUND_BYTES_PER_CLIENT).bytesOrShare(64 << 10, total));
    }
  }

  static LimitsConfig from(SettingReader settings) {
    long direct = PlatformDependent.maxDirectMemory();
    return new LimitsConfig(
        settings.get(Setting.LIMITS_CONNECTIONS).integer(0, 10_000_000),
        settings.get(Setting.LIMITS_CONNECTIONS_PER_ADDRESS).integer(0, 10_000_000),
        settings.get(Setting.LIMITS_CONNECTIONS_PER_CLIENT).integer(1, 10_000),
        settings.get(Setting.LIMITS_MESSAGES_PER_SECOND).integer(0, 1_000_000),
        settings.get(Setting.LIMITS_BURST).integer(1, 1_000_000),
        Work.from(settings),
        PerClient.from(settings),
        settings.get(Setting.LIMITS_FRAME_BYTES).bytes(1 << 10, 64 << 20),
        settings.get(Setting.LIMITS_MESSAGE_TIMEOUT).duration(),
        Inbound.from(settings),
        settings.get(Setting.LIMITS_SEND_QUEUE_BYTES).bytes(1 << 10, 1 << 30),
        settings.get(Setting.LIMITS_SEND_QUEUES_BYTES).bytesOrShare(1 << 20, direct),
        settings.get(Setting.LIMITS_DELIVERIES_BYTES).bytesOrShare(1 << 20, direct),
        settings.get(Setting.LIMITS_FLUSH_BUDGET).durationOrZero(),
        settings.get(Setting.LIMITS_JOURNAL_QUEUE).integer(1, 10_000_000),
        settings.get(Setting.LIMITS_TAIL_BYTES).bytes(1 << 20, 1 << 30),
        settings.get(Setting.LIMITS_PAGES_BYTES).bytes(1 << 20, 1 << 30),
        Names.from(settings),
        settings.get(Setting.LIMITS_API_REQUESTS).integer(1, 100_000),
        settings.get(Setting.LIMITS_HANDSHAKE_TIMEOUT).duration());
  }
}
