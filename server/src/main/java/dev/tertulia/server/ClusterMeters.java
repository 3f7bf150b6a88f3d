package dev.tertulia.server;

import dev.tertulia.server.cluster.Cluster;
import dev.tertulia.server.cluster.ClusterMembers;
import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;

/// What is counted of a node among others: what the relay carries and loses, and what is read from
/// the database instead.
final class ClusterMeters {
  private static final String REASON = "for looking into a cluster that is slow to tell";

  private static final Label LOST =
      new Label(
          "lost",
          4,
          "`unsent`: it could not be sent; `unheard`: this node was too slow; `malformed`: it could"
              + " not be read; `stale`: it came from before an interruption");

  private static final Metric NODES =
      Metric.gauge("tertulia_cluster_nodes", "Other servers on the same database that are there")
          .unwatched(REASON);
  private static final Metric TOPICS =
      Metric.gauge(
              "tertulia_cluster_topics", "Topics of which this server follows what others store")
          .unwatched(REASON);
  private static final Metric HELD =
      Metric.gauge(
              "tertulia_cluster_held_bytes",
              "Entries that wait for those before them, as estimated")
          .unwatched(REASON);
  private static final Metric FILLED =
      Metric.counter(
              "tertulia_cluster_entries_read_total",
              "Entries that were read from the database because they did not arrive in time")
          .unwatched(REASON);
  private static final Metric HOLES =
      Metric.counter(
              "tertulia_cluster_batches_read_total",
              "Batches of other servers that were read from the database because their announcement"
                  + " was missed")
          .unwatched(REASON);
  private static final Metric SENT =
      Metric.counter("tertulia_relay_sent_total", "Messages to other servers").unwatched(REASON);
  private static final Metric RECEIVED =
      Metric.counter("tertulia_relay_received_total", "Messages of other servers")
          .unwatched(REASON);
  private static final Metric DROPPED =
      Metric.counter(
              "tertulia_relay_lost_total",
              "Messages between servers that were lost; what they told is read from the database",
              LOST)
          .unwatched(REASON);

  private ClusterMeters() {}

  /// Adds them.
  static void add(Meters meters, Cluster cluster, ClusterMembers members) {
    meters.gauge(NODES, members::nodes);
    meters.gauge(TOPICS, () -> cluster.counts().topics());
    meters.gauge(HELD, () -> cluster.counts().heldBytes());
    meters.counted(FILLED, () -> cluster.counts().filled());
    meters.counted(HOLES, () -> cluster.counts().holes());
    meters.counted(SENT, () -> cluster.relay().counts().sent());
    meters.counted(RECEIVED, () -> cluster.relay().counts().received());
    meters.counted(DROPPED, () -> cluster.relay().counts().unsent(), "unsent");
    meters.counted(DROPPED, () -> cluster.relay().counts().unheard(), "unheard");
    meters.counted(DROPPED, () -> cluster.relay().counts().malformed(), "malformed");
    meters.counted(DROPPED, () -> cluster.relay().counts().stale(), "stale");
  }
}
