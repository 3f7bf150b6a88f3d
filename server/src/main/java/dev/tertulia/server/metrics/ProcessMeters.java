package dev.tertulia.server.metrics;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.ToLongFunction;

/// What concerns the process and its JVM. The management beans, for which a start would wait, are
/// asked when somebody looks.
public final class ProcessMeters {
  private static final Metric CPU =
      Metric.counter(
          "tertulia_process_cpu_seconds_total", "The processor time that the process has used");
  private static final Metric STARTED =
      Metric.gauge(
          "tertulia_process_start_time_seconds", "When the process started, in Unix seconds");
  private static final Metric FILES =
      Metric.gauge(
          "tertulia_process_open_files", "Open files, sockets among them; 0 where that is unknown");
  private static final Metric MOST_FILES =
      Metric.gauge(
          "tertulia_process_open_files_limit",
          "The maximum number of open files; 0 where that is unknown");
  private static final Metric GC =
      Metric.counter(
          "tertulia_jvm_gc_seconds_total",
          "The time that the garbage collectors have spent on collections");
  private static final Metric COLLECTIONS =
      Metric.counter("tertulia_jvm_gc_collections_total", "Collections of all garbage collectors");
  private static final Metric HEAP =
      Metric.gauge("tertulia_jvm_heap_used_bytes", "The heap in use, garbage included");
  private static final Metric MOST_HEAP =
      Metric.gauge("tertulia_jvm_heap_limit_bytes", "The maximum size of the heap");
  private static final Metric DIRECT =
      Metric.gauge(
          "tertulia_jvm_direct_used_bytes",
          "Direct memory that the JVM counts; that of Netty may be outside of it");
  private static final Metric THREADS = Metric.gauge("tertulia_jvm_threads", "Platform threads");

  private static final double MILLISECOND = 1e-3;
  private static final double NANOSECOND = 1e-9;

  private ProcessMeters() {}

  /// Adds them.
  public static void add(Meters meters) {
    meters.counted(
        CPU,
        () ->
            ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime() * NANOSECOND
                : 0);
    meters.gauge(STARTED, () -> ManagementFactory.getRuntimeMXBean().getStartTime() * MILLISECOND);
    meters.gauge(FILES, () -> unix(UnixOperatingSystemMXBean::getOpenFileDescriptorCount));
    meters.gauge(MOST_FILES, () -> unix(UnixOperatingSystemMXBean::getMaxFileDescriptorCount));
    meters.counted(GC, () -> collectors(GarbageCollectorMXBean::getCollectionTime) * MILLISECOND);
    meters.counted(COLLECTIONS, () -> collectors(GarbageCollectorMXBean::getCollectionCount));
    meters.gauge(HEAP, () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    meters.gauge(MOST_HEAP, () -> Runtime.getRuntime().maxMemory());
    meters.gauge(
        DIRECT,
        () ->
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum());
    meters.gauge(THREADS, () -> ManagementFactory.getThreadMXBean().getThreadCount());
  }

  private static long collectors(ToLongFunction<GarbageCollectorMXBean> value) {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(value)
        .filter(known -> known > 0)
        .sum();
  }

  private static double unix(ToLongFunction<UnixOperatingSystemMXBean> value) {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? value.applyAsLong(system)
        : 0;
  }
}
