package dev.tertulia.server.config;

import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The memory limits of the parts of a server, fitted to the available memory.
///
/// Heap and direct memory are planned separately. The parts that grow with the load may use half of
/// the heap and three quarters of the direct memory; if the settings ask for more, all parts are
/// reduced in proportion. The remainder is for connections, work in progress and input and output.
///
/// @param memory what there is
/// @param sendQueues for data that waits for sockets; direct memory
/// @param deliveries for publications that wait for event loops; direct memory, counted twice
///   because it doubles while it is handed out
/// @param inbound for messages and requests that have not arrived completely; direct memory and
///   heap
/// @param tail for the newest entries; heap
/// @param pages for pages of the log that wait to be sent; heap
/// @param journalQueue for texts that wait for each journal; heap
/// @param reductions what was reduced and why, as log lines
public record MemoryPlan(
    Memory memory,
    long sendQueues,
    long deliveries,
    LimitsConfig.Inbound inbound,
    long tail,
    long pages,
    long journalQueue,
    List<String> reductions) {
  /// The maximum size of the texts that wait for a journal, in bytes, if the heap allows it.
  public static final long JOURNAL_QUEUE = 128 << 20;

  /// What a server needs besides heap and direct memory: classes, compiled code, threads, the
  /// collector, SQLite; and some page cache. As in `packaging/jvm-flags.sh`, but for rounding.
  private static final long BESIDES = 158 << 20;

  /// The available memory, in bytes.
  ///
  /// @param heap the maximum size of the heap
  /// @param direct the maximum size of direct memory
  public record Memory(long heap, long direct) {
    /// The memory of this process.
    public static Memory here() {
      return new Memory(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
    }
  }

  /// Fits the configured limits into the available memory.
  public static MemoryPlan of(LimitsConfig limits, Memory memory) {
    List<String> reductions = new ArrayList<>();
    LimitsConfig.Inbound inbound = limits.inbound();
    double ofDirect =
        share(
            limits.sendQueuesBytes() + 2 * limits.deliveriesBytes() + inbound.total(),
            memory.direct / 4 * 3,
            "limits.send_queues_bytes, limits.deliveries_bytes (twice) and limits.inbound_bytes",
            "the direct memory is %s MiB (raise it with TERTULIA_JAVA_OPTS=-XX:MaxDirectMemorySize=…)"
                .formatted(memory.direct >> 20),
            reductions);
    double ofHeap =
        share(
            limits.tailBytes() + limits.pagesBytes() + JOURNAL_QUEUE,
            memory.heap / 2,
            "limits.tail_bytes, limits.pages_bytes and the journal queue",
            "the heap is %s MiB (raise it with TERTULIA_JAVA_OPTS=-Xmx…)"
                .formatted(memory.heap >> 20),
            reductions);
    return new MemoryPlan(
        memory,
        (long) (limits.sendQueuesBytes() * ofDirect),
        (long) (limits.deliveriesBytes() * ofDirect),
        new LimitsConfig.Inbound(
            (long) (inbound.total() * ofDirect),
            (long) (inbound.perAddress() * ofDirect),
            (long) (inbound.perClient() * ofDirect)),
        (long) (limits.tailBytes() * ofHeap),
        (long) (limits.pagesBytes() * ofHeap),
        (long) (JOURNAL_QUEUE * ofHeap),
        List.copyOf(reductions));
  }

  /// The memory limits in one line, for operators.
  public String summary() {
    return "heap %s MiB (newest entries %s, pages %s, journal queue %s), direct memory %s MiB (send queues %s, publications %s, incomplete input %s)"
        .formatted(
            mib(memory.heap),
            mib(tail),
            mib(pages),
            mib(journalQueue),
            mib(memory.direct),
            mib(sendQueues),
            mib(deliveries),
            mib(inbound.total()));
  }

  /// What is wrong if heap and direct memory leave too little for everything else, as a log line;
  /// `null` if they do not.
  ///
  /// @param machine the memory of the machine or container, in bytes
  public @Nullable String shortage(long machine) {
    long left = machine - memory.heap - memory.direct;
    if (left >= BESIDES) {
      return null;
    }
    return ("The heap (%s MiB) and the direct memory (%s MiB) may use all but %s of the %s MiB of"
            + " this machine or container, and the kernel may kill the server. Lower them with"
            + " TERTULIA_JAVA_OPTS='-Xmx%sm -XX:MaxDirectMemorySize=%sm', or give it more"
            + " memory")
        .formatted(
            mib(memory.heap),
            mib(memory.direct),
            Math.max(0, mib(left)),
            mib(machine),
            Math.max(64, mib(machine - BESIDES) * 2 / 3),
            Math.max(32, mib(machine - BESIDES) / 3));
  }

  private static long mib(long bytes) {
    return bytes >> 20;
  }

  private static double share(
      long wanted, long room, String what, String why, List<String> reductions) {
    if (wanted <= room) {
      return 1;
    }
    reductions.add(
        "%s reduced from %s MiB to %s MiB in total: %s"
            .formatted(what, wanted >> 20, room >> 20, why));
    return (double) room / wanted;
  }
}
