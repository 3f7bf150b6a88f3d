package dev.tertulia.server.storage.postgres.outbox;

import dev.tertulia.server.metrics.LocalCounter;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;

/// What is measured of the outbox. For its thread, but for what is read.
final class OutboxMeters {
  private static final Metric WAITING =
      Metric.gauge(
          "tertulia_outbox_waiting",
          "Rows of the outbox in PostgreSQL that wait to be published, as they were counted last,"
              + " up to 10,000; `NaN` until they have been counted after the start");
  private static final Metric REFUSED =
      Metric.gauge(
          "tertulia_outbox_refused",
          "Rows of the outbox that can't be published and are kept for the operator, likewise");
  private static final Metric CLAIMED =
      Metric.counter(
              "tertulia_outbox_claimed_total",
              "Rows of the outbox that this server has claimed, some of them again")
          .unwatched("for looking into what waits in the outbox");
  private static final Metric PUBLISHED =
      Metric.counter(
              "tertulia_outbox_published_total",
              "Rows of the outbox that this server has published")
          .unwatched("for looking into what waits in the outbox");

  private final LocalCounter claimed;
  private final LocalCounter published;
  private volatile double waiting = Double.NaN;
  private volatile double refused = Double.NaN;

  OutboxMeters(Meters meters) {
    claimed = meters.local(CLAIMED);
    published = meters.local(PUBLISHED);
    meters.gauge(WAITING, () -> waiting);
    meters.gauge(REFUSED, () -> refused);
  }

  void claimed(int rows) {
    claimed.add(rows);
  }

  void published(int rows) {
    published.add(rows);
  }

  void counted(long nowWaiting, long nowRefused) {
    waiting = nowWaiting;
    refused = nowRefused;
  }
}
