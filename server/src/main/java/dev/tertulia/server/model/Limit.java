package dev.tertulia.server.model;

import java.util.Locale;

/// The limits beyond which a server refuses something, each controlled by the setting of its name.
/// Refusals are counted by limit, see `limits` in `GET /api/v1/stats`.
public enum Limit {
  /// Connections in total, or sockets of any kind.
  CONNECTIONS,
  CONNECTIONS_PER_ADDRESS,
  CONNECTIONS_PER_CLIENT,
  /// Handshakes, including those that fail.
  HANDSHAKES_PER_SECOND_PER_ADDRESS,
  /// HTTP requests of one connection.
  REQUESTS_PER_SECOND,
  /// HTTP requests, or new sockets.
  REQUESTS_PER_SECOND_PER_ADDRESS,
  /// Messages of one connection.
  MESSAGES_PER_SECOND,
  MESSAGES_PER_SECOND_PER_CLIENT,
  /// Bytes of messages or request bodies of one connection.
  BYTES_PER_SECOND,
  BYTES_PER_SECOND_PER_CLIENT,
  NOTIFICATIONS_PER_SECOND_PER_CLIENT,
  JOINS_PER_SECOND_PER_CLIENT,
  /// Queries of history, presence, rooms and inbox.
  QUERIES_PER_SECOND_PER_CLIENT,
  /// The rooms that the connections of a client are in, each room counted once for each connection.
  JOINED_ROOMS_PER_CLIENT,
  /// The memory of messages and requests that have not arrived completely.
  INBOUND_BYTES,
  /// The total number of rooms with stored entries.
  ROOMS,
  /// The number of rooms that one client takes part in when it creates another.
  ROOMS_PER_CLIENT,
  /// The number of rooms that one client has created in a day.
  NEW_ROOMS_PER_CLIENT,
  /// The total number of clients with an inbox.
  INBOXES,
  /// The number of inboxes that one client has created in a day by notifying clients that have
  /// never connected.
  INBOXES_PER_SENDER;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /// Its name in the counts, such as `rooms_per_client`.
  public String wireName() {
    return wireName;
  }

  /// The key of its setting, such as `limits.rooms_per_client`.
  public String setting() {
    return "limits." + wireName;
  }
}
