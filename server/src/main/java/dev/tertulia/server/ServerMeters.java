package dev.tertulia.server;

import dev.tertulia.server.cli.TertuliaVersion;
import dev.tertulia.server.config.MemoryPlan;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.SendBudget;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.engine.Lifecycle;
import dev.tertulia.server.engine.Phase;
import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import dev.tertulia.server.net.Pipelines;
import dev.tertulia.server.net.loop.Capacity;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.topic.Fanout;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/// The values of the server as a whole that are read when somebody looks.
final class ServerMeters {
  private static final Metric CONNECTIONS =
      Metric.gauge("tertulia_connections", "Open connections of any protocol");
  private static final Metric MOST_CONNECTIONS =
      Metric.gauge(
          "tertulia_connections_limit",
          "The maximum number of connections: `limits.connections`, or fewer if too few files may"
              + " be open");
  private static final Metric CLIENTS =
      Metric.gauge("tertulia_clients", "Clients with at least one connection");
  private static final Metric SOCKETS =
      Metric.gauge("tertulia_sockets", "Open sockets, those of HTTP included");
  private static final Metric ROOMS =
      Metric.gauge("tertulia_rooms_occupied", "Rooms with at least one client in them");
  private static final Metric TOPICS =
      Metric.gauge(
          "tertulia_topics_subscribed",
          "Topics (rooms, inboxes, presence) with at least one subscriber");
  private static final Metric SEND_QUEUES =
      Metric.gauge(
          "tertulia_send_queue_bytes",
          "What waits for the sockets of connections that read slowly");
  private static final Metric MOST_SEND_QUEUES =
      Metric.gauge(
          "tertulia_send_queue_limit_bytes",
          "The bound of `tertulia_send_queue_bytes`, beyond which the slowest connections are"
              + " closed");
  private static final Metric SLOW =
      Metric.gauge(
          "tertulia_send_queue_connections",
          "Connections that read slowly: something waits for them");
  private static final Metric INBOUND =
      Metric.gauge(
          "tertulia_inbound_bytes", "Messages and requests that have not arrived completely");
  private static final Metric MOST_INBOUND =
      Metric.gauge(
          "tertulia_inbound_limit_bytes",
          "The bound of `tertulia_inbound_bytes`, beyond which the largest are dropped");
  private static final Metric MOST_DIRECT =
      Metric.gauge(
          "tertulia_netty_direct_limit_bytes",
          "The bound of `tertulia_netty_direct_used_bytes`, beyond which connections fail");
  private static final Metric BACKLOG =
      Metric.gauge(
          "tertulia_delivery_backlog_bytes",
          "Publications that were handed to event loops and not yet to their subscribers");
  private static final Metric MOST_BACKLOG =
      Metric.gauge(
          "tertulia_delivery_backlog_limit_bytes",
          "The bound of `tertulia_delivery_backlog_bytes`, beyond which the journal waits");
  private static final Metric PHASE =
      Metric.gauge(
          "tertulia_phase",
          "1 for the phase that the server is in, 0 for the others",
          new Label(
              "phase",
              Phase.values().length,
              "`starting`, `ready`, `draining` (it ends soon) or `stopping`"));
  private static final Metric DEFECTS =
      Metric.counter(
          "tertulia_defects_total",
          "Unexpected failures that the server has survived; each is a bug, and in the log");
  private static final Metric BUILD =
      Metric.info(
          "tertulia_build_info",
          "What runs",
          new Label("version", 1, "the version of the server"),
          new Label("java", 1, "the version of Java"),
          new Label("transport", 1, "how sockets are polled: `io_uring`, `epoll` or `nio`"));

  private static final Metric CERTIFICATE_EXPIRY =
      Metric.gauge(
          "tertulia_tls_certificate_expiry_timestamp_seconds",
          "When the certificate that the server presents now expires, in Unix seconds; nothing"
              + " without TLS");

  private ServerMeters() {}

  static void addConnections(
      Meters meters,
      ConnectionRegistry registry,
      Pipelines pipelines,
      Capacity capacity,
      PresenceStore presence,
      Fanout fanout) {
    meters.gauge(CONNECTIONS, registry::connections);
    meters.gauge(MOST_CONNECTIONS, capacity::connections);
    meters.gauge(CLIENTS, registry::clients);
    meters.gauge(SOCKETS, pipelines::openSockets);
    meters.gauge(ROOMS, presence::rooms);
    meters.gauge(TOPICS, fanout::subscribedTopics);
  }

  static void addMemory(
      Meters meters, MemoryPlan plan, SendBudget sending, Pipelines pipelines, Fanout fanout) {
    long direct = MemoryPlan.Memory.here().direct();
    meters.gauge(MOST_DIRECT, () -> direct);
    meters.gauge(SEND_QUEUES, sending::used);
    meters.gauge(MOST_SEND_QUEUES, plan::sendQueues);
    meters.gauge(SLOW, sending::behind);
    meters.gauge(INBOUND, pipelines::inboundBytes);
    meters.gauge(MOST_INBOUND, () -> plan.inbound().total());
    meters.gauge(BACKLOG, fanout::backlogBytes);
    meters.gauge(MOST_BACKLOG, plan::deliveries);
  }

  /// @param expiry of the certificate that is served now; always empty if there is none
  static void addCertificate(Meters meters, Supplier<Optional<Instant>> expiry) {
    meters.declare(CERTIFICATE_EXPIRY);
    if (expiry.get().isPresent()) {
      meters.gauge(
          CERTIFICATE_EXPIRY,
          () ->
              expiry.get().map(Instant::getEpochSecond).map(Long::doubleValue).orElse(Double.NaN));
    }
  }

  static void addState(
      Meters meters, Lifecycle lifecycle, EngineGuard guard, IoTransport transport) {
    for (Phase phase : Phase.values()) {
      meters.gauge(
          PHASE, () -> lifecycle.phase() == phase ? 1 : 0, phase.name().toLowerCase(Locale.ROOT));
    }
    meters.counted(DEFECTS, guard::survived);
    meters.info(BUILD, TertuliaVersion.current(), Runtime.version().toString(), transport.label());
  }
}
