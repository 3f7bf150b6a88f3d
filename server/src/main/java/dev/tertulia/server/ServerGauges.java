package dev.tertulia.server;

import dev.tertulia.server.config.MemoryPlan;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.connection.SendBudget;
import dev.tertulia.server.http.admin.Gauge;
import dev.tertulia.server.http.admin.Gauges;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.net.Pipelines;
import dev.tertulia.server.net.loop.Capacity;
import dev.tertulia.server.presence.PresenceStore;
import io.netty.util.internal.PlatformDependent;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Where the gauges of the operator's page have their values from: the parts whose values are also
/// metrics. The memory of the JVM is read without the management beans, whose first use would make
/// an event loop wait.
final class ServerGauges {
  private ServerGauges() {}

  /// @param pipelines called when a gauge is read
  static Gauges of(
      ConnectionRegistry registry,
      PresenceStore presence,
      SendBudget sending,
      Supplier<Pipelines> pipelines,
      PublicationMeters publications,
      LimitCounters limits) {
    Runtime runtime = Runtime.getRuntime();
    Map<Gauge, LongSupplier> sources = new EnumMap<>(Gauge.class);
    for (Gauge gauge : Gauge.values()) {
      sources.put(
          gauge,
          switch (gauge) {
            case CONNECTIONS -> registry::connections;
            case CLIENTS -> registry::clients;
            case SOCKETS -> () -> pipelines.get().openSockets();
            case ROOMS -> presence::rooms;
            case SLOW_CONNECTIONS -> sending::behind;
            case SEND_QUEUE_BYTES -> sending::used;
            case INBOUND_BYTES -> () -> pipelines.get().inboundBytes();
            case HEAP_BYTES -> () -> runtime.totalMemory() - runtime.freeMemory();
            case DIRECT_BYTES -> () -> Math.max(0, PlatformDependent.usedDirectMemory());
            case MESSAGES -> publications::messages;
            case NOTIFICATIONS -> publications::notifications;
            case SIGNALS -> publications::signals;
            case REFUSALS ->
                () -> limits.refused().values().stream().mapToLong(Long::longValue).sum();
          });
    }
    return new Gauges(sources);
  }

  /// The most that some of them may reach.
  static Map<Gauge, Long> bounds(Capacity capacity, MemoryPlan memory) {
    return Map.of(
        Gauge.CONNECTIONS, (long) capacity.connections(),
        Gauge.SOCKETS, (long) capacity.sockets(),
        Gauge.SEND_QUEUE_BYTES, memory.sendQueues(),
        Gauge.INBOUND_BYTES, memory.inbound().total(),
        Gauge.HEAP_BYTES, Runtime.getRuntime().maxMemory(),
        Gauge.DIRECT_BYTES, PlatformDependent.maxDirectMemory());
  }
}
