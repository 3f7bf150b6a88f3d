package dev.tertulia.server.topic;

import dev.tertulia.server.metrics.LocalCounter;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;

/// What one event loop counts of its deliveries. Owned by the loop.
final class DeliveryMeters {
  private static final Metric DELIVERIES =
      Metric.counter(
          "tertulia_deliveries_total",
          "Publications handed to subscribers as they were published: one for each publication and"
              + " subscriber");

  private static final Metric DELIVERED_BYTES =
      Metric.counter(
          "tertulia_delivered_bytes_total",
          "The size of the publications handed to subscribers as they were published, as sent");

  private final LocalCounter deliveries;
  private final LocalCounter bytes;

  DeliveryMeters(Meters meters) {
    deliveries = meters.local(DELIVERIES);
    bytes = meters.local(DELIVERED_BYTES);
  }

  /// Counts a delivery of `publications`, of `size` bytes together, to each of `subscribers`.
  void delivered(int subscribers, int publications, int size) {
    deliveries.add((long) subscribers * publications);
    bytes.add((long) subscribers * size);
  }
}
