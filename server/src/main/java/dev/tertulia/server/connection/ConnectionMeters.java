package dev.tertulia.server.connection;

import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.LocalCounter;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import dev.tertulia.server.model.CloseReason;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What one event loop counts of its connections. Owned by the loop.
final class ConnectionMeters {
  private static final Label PROTOCOL = new Label("protocol", 16, "the protocol of the connection");

  private static final Metric OPENED =
      Metric.counter("tertulia_connections_opened_total", "Connections that were opened", PROTOCOL);

  private static final Metric CLOSED =
      Metric.counter(
          "tertulia_connections_closed_total",
          "Connections that have ended, by the code of the close frame; 1006 for those that ended"
              + " without one",
          new Label("code", 24, "a code that the server uses, or `other`"));

  private static final Metric RECEIVED =
      Metric.counter(
          "tertulia_messages_received_total", "Messages that clients have sent on connections");

  private static final Metric RECEIVED_BYTES =
      Metric.counter(
          "tertulia_messages_received_bytes_total",
          "The size of the messages that clients have sent on connections, decompressed");

  /// The codes with a series of their own. A client may send any other.
  private static final Set<Integer> CODES =
      Set.of(
          1000, 1001, 1002, 1003, 1006, 1007, 1009, 1011, 4000, 4001, 4002, 4003, 4004, 4500, 4501,
          4502);

  private final Meters meters;
  private final Map<String, LocalCounter> opened = new HashMap<>();
  private final Map<Integer, LocalCounter> closed = new HashMap<>();
  private final LocalCounter otherwiseClosed;
  private final LocalCounter received;
  private final LocalCounter receivedBytes;

  ConnectionMeters(Meters meters) {
    this.meters = meters;
    meters.declare(OPENED);
    CODES.forEach(code -> closed.put(code, meters.local(CLOSED, String.valueOf(code))));
    otherwiseClosed = meters.local(CLOSED, Label.OTHER);
    received = meters.local(RECEIVED);
    receivedBytes = meters.local(RECEIVED_BYTES);
  }

  /// @param protocol of which there are few
  void opened(String protocol) {
    opened.computeIfAbsent(protocol, name -> meters.local(OPENED, name)).increment();
  }

  void closed(CloseReason reason) {
    closed.getOrDefault(reason.code(), otherwiseClosed).increment();
  }

  void received(int bytes) {
    received.increment();
    receivedBytes.add(bytes);
  }
}
