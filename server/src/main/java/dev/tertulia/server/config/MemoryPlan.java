package dev.tertulia.server.config;

import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;

/// What each part of a server may hold in memory, made to fit what there is.
///
/// The heap and the memory beside it are two. The parts that grow with the load may have half of
/// the heap together, and three quarters of the direct memory; if the settings say more, all parts
/// are reduced by the same share. The rest is for connections, for work, and for what is read and
/// written at the moment.
///
/// @param sendQueues for what waits because sockets take no more; direct
/// @param deliveries for what waits for event loops; direct, and twice while it is given out
/// @param inbound for what has not arrived whole; direct and heap
/// @param tail for the newest entries; heap
/// @param pages for pages of the log on their way; heap
/// @param journalQueue for texts that wait for each journal; heap
/// @param reductions what was reduced, and why, in words for an operator
public record MemoryPlan(
    long sendQueues,
    long deliveries,
    Config.Inbound inbound,
    long tail,
    long pages,
    long journalQueue,
    List<String> reductions) {
  /// What texts that wait for a journal hold at most, in bytes, if there is room.
  public static final long JOURNAL_QUEUE = 128 << 20;

  /// How much memory there is, in bytes.
  ///
  /// @param heap the most that the heap may have
  /// @param direct the most that there may be beside it
  public record Memory(long heap, long direct) {
    /// That of this process.
    public static Memory here() {
      return new Memory(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
    }
  }

  /// Fits what is set into what there is.
  public static MemoryPlan of(Config.Limits limits, Memory memory) {
    List<String> reductions = new ArrayList<>();
    Config.Inbound inbound = limits.inbound();
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
        (long) (limits.sendQueuesBytes() * ofDirect),
        (long) (limits.deliveriesBytes() * ofDirect),
        new Config.Inbound(
            (long) (inbound.total() * ofDirect),
            (long) (inbound.perAddress() * ofDirect),
            (long) (inbound.perClient() * ofDirect)),
        (long) (limits.tailBytes() * ofHeap),
        (long) (limits.pagesBytes() * ofHeap),
        (long) (JOURNAL_QUEUE * ofHeap),
        List.copyOf(reductions));
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
