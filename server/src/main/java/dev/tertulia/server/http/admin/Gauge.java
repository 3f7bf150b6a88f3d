package dev.tertulia.server.http.admin;

import java.util.Locale;

/// A number that the operator's page shows: what is there at the moment, or a total since the start
/// of the server, which only grows.
public enum Gauge {
  CONNECTIONS,
  CLIENTS,
  SOCKETS,
  /// Rooms with at least one client.
  ROOMS,
  /// Connections that read more slowly than data comes.
  SLOW_CONNECTIONS,
  /// What waits in send queues.
  SEND_QUEUE_BYTES,
  /// Messages and requests that have not arrived completely.
  INBOUND_BYTES,
  HEAP_BYTES,
  DIRECT_BYTES,
  /// A total.
  MESSAGES,
  /// A total.
  NOTIFICATIONS,
  /// A total.
  SIGNALS,
  /// What was refused because of a limit; a total.
  REFUSALS;

  /// Its name over HTTP.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
