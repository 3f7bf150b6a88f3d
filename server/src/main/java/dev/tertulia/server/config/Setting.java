package dev.tertulia.server.config;

import java.util.Locale;
import java.util.Set;

/// Everything that can be set, with its default and what it means, for whoever operates a server.
///
/// A setting `limits.burst` is given in the environment as `TERTULIA_LIMITS_BURST`; those that have
/// an option of the command line are named alike there.
public enum Setting {
  HOST("host", "127.0.0.1", "address to listen on"),
  PORT("port", "8000", "port to listen on; 0 for any that is free"),
  DATA("data", "./data", "folder of the database"),
  LANGUAGE("language", "es", "language of what the server says to people: es or en"),
  LOG_LEVEL("log.level", "info", "error, warn, info, debug or trace"),
  TRANSPORT("transport", "auto", "auto, io_uring, epoll or nio"),
  COMPRESSION("compression", "true", "compress messages for clients that offer it"),
  THREADS_SHORT_SLICES(
      "threads.short_slices",
      "true",
      "ask Linux to run event loops and journals as soon as they wake"),
  AUTH_OPEN_ON_NETWORK(
      "auth.open_on_network",
      "false",
      "let everybody in who reaches the server: there are no accounts"),
  HOSTS(
      "hosts",
      "",
      "names that a server open on the network answers to besides its addresses, separated by"
          + " commas"),
  ORIGINS("origins", "", "other origins whose pages may connect, separated by commas"),
  HEARTBEAT_INTERVAL("heartbeat.interval", "25s", "silence after which a client is pinged"),
  HEARTBEAT_TIMEOUT("heartbeat.timeout", "60s", "silence after which a connection is closed"),
  LIMITS_CONNECTIONS(
      "limits.connections",
      "100000",
      "most connections in all; 0 for as many as the open files allow"),
  LIMITS_CONNECTIONS_PER_ADDRESS(
      "limits.connections_per_address",
      "0",
      "most connections of one address, in IPv6 of one /64; 0 for no limit"),
  LIMITS_CONNECTIONS_PER_CLIENT(
      "limits.connections_per_client", "1000", "most connections of one client"),
  LIMITS_MESSAGES_PER_SECOND(
      "limits.messages_per_second", "100", "messages a second of one connection; 0 for no limit"),
  LIMITS_BURST("limits.burst", "1000", "messages of one connection at once"),
  LIMITS_BYTES_PER_SECOND(
      "limits.bytes_per_second",
      "1MiB",
      "bytes a second of the messages, or of the bodies, of one connection, decompressed; 0 for no"
          + " limit"),
  LIMITS_BURST_BYTES("limits.burst_bytes", "4MiB", "such bytes of one connection at once"),
  LIMITS_REQUESTS_PER_SECOND(
      "limits.requests_per_second",
      "1000",
      "HTTP requests a second of one connection, and five times as many at once; 0 for no limit"),
  LIMITS_REQUESTS_PER_SECOND_PER_ADDRESS(
      "limits.requests_per_second_per_address",
      "500",
      "the same for those of one address but loopback, and ten times as many at once; 0 for no"
          + " limit"),
  LIMITS_FRAME_BYTES("limits.frame_bytes", "256KiB", "longest WebSocket message"),
  LIMITS_MESSAGE_TIMEOUT(
      "limits.message_timeout", "30s", "time that a WebSocket message may take to arrive"),
  LIMITS_INBOUND_BYTES(
      "limits.inbound_bytes",
      "10%",
      "most that messages and requests may hold together that have not arrived whole, in bytes or"
          + " as a share of the heap or the direct memory, whichever is less; past it the largest"
          + " are dropped first"),
  LIMITS_INBOUND_BYTES_PER_ADDRESS(
      "limits.inbound_bytes_per_address",
      "50%",
      "the same for those of one address, in bytes or as a share of limits.inbound_bytes"),
  LIMITS_INBOUND_BYTES_PER_CLIENT(
      "limits.inbound_bytes_per_client",
      "25%",
      "the same for those of one client, in bytes or as a share of limits.inbound_bytes"),
  LIMITS_SEND_QUEUE_BYTES(
      "limits.send_queue_bytes", "1MiB", "most that may wait for one connection"),
  LIMITS_SEND_QUEUES_BYTES(
      "limits.send_queues_bytes",
      "25%",
      "most that may wait for all connections together, in bytes or as a share of the direct"
          + " memory; past it the slowest are closed first"),
  LIMITS_DELIVERIES_BYTES(
      "limits.deliveries_bytes",
      "5%",
      "most that may wait for the event loops together, in bytes or as a share of the direct"
          + " memory; past it what is published waits"),
  LIMITS_FLUSH_BUDGET(
      "limits.flush_budget",
      "5ms",
      "longest time that a busy server keeps a message back to send it with others; 0ms for never"),
  LIMITS_JOURNAL_QUEUE(
      "limits.journal_queue", "65536", "most entries that may wait for the journal"),
  LIMITS_TAIL_BYTES(
      "limits.tail_bytes",
      "64MiB",
      "most that the newest entries may hold in memory, for those who come back"),
  LIMITS_PAGES_BYTES(
      "limits.pages_bytes",
      "32MiB",
      "most that pages of the log may hold in memory while they wait to be sent"),
  LIMITS_ROOMS(
      "limits.rooms",
      "200000",
      "most rooms in which something is stored, past which nobody begins another by speaking"),
  LIMITS_ROOMS_PER_CLIENT(
      "limits.rooms_per_client",
      "10000",
      "most rooms that a client has to do with, past which it begins none"),
  LIMITS_INBOXES(
      "limits.inboxes",
      "1000000",
      "most clients that have an inbox, past which others can't be notified while they are away"),
  LIMITS_INBOXES_PER_SENDER(
      "limits.inboxes_per_sender",
      "1000",
      "most inboxes that a client begins in a day by notifying clients that were never there"),
  LIMITS_API_REQUESTS(
      "limits.api_requests", "256", "most requests of the HTTP API that are at work at a time"),
  LIMITS_HANDSHAKE_TIMEOUT(
      "limits.handshake_timeout", "10s", "time that a request may take to arrive"),
  ROOMS_ANNOUNCE_DEPARTURES_UP_TO(
      "rooms.announce_departures_up_to",
      "200",
      "largest room, in clients, that is told when somebody goes; 0 for never"),
  ROOMS_RULES(
      "rooms.rules",
      "",
      "kinds of rooms by name, such as 'cursor.*: signal; team.*: members keep=90d'; the first that"
          + " matches holds"),
  NOTIFICATIONS_KEEP(
      "notifications.keep",
      "90d",
      "age past which notifications and broadcasts go from inboxes; 0ms for never"),
  NOTIFICATIONS_PER_INBOX(
      "notifications.per_inbox",
      "10000",
      "most notifications of one client's own inbox, past which the oldest go; 0 for no limit"),
  NOTIFICATIONS_DEVICES_KEEP(
      "notifications.devices_keep",
      "90d",
      "silence of a device past which it is forgotten what it has acknowledged and shown; 0ms for"
          + " never"),
  NOTIFICATIONS_CLIENTS_KEEP(
      "notifications.clients_keep",
      "365d",
      "absence of a client past which its inbox goes, with all that is known of it; 0ms for never");

  private static final String PREFIX = "TERTULIA_";

  /// The server that the commands ask which are about one; no setting of the server itself.
  public static final String URL = "TERTULIA_URL";

  /// What only the launcher and the commands read.
  private static final Set<String> OTHERS =
      Set.of("TERTULIA_JAVA_OPTS", "TERTULIA_JDK_FOLDERS", URL);

  private final String key;
  private final String byDefault;
  private final String meaning;

  Setting(String key, String byDefault, String meaning) {
    this.key = key;
    this.byDefault = byDefault;
    this.meaning = meaning;
  }

  /// Its name, such as `limits.burst`.
  public String key() {
    return key;
  }

  /// Its value if nobody sets it, as text.
  public String byDefault() {
    return byDefault;
  }

  /// What it means, in a few words.
  public String meaning() {
    return meaning;
  }

  /// Its name in the environment, such as `TERTULIA_LIMITS_BURST`.
  public String environmentName() {
    return PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /// Whether `name` is in the part of the environment that is the server's: what begins with
  /// `TERTULIA_`, but for what only the launcher and the commands read.
  static boolean isEnvironmentName(String name) {
    return name.startsWith(PREFIX) && !OTHERS.contains(name);
  }
}
