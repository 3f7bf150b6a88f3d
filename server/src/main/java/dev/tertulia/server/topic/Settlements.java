package dev.tertulia.server.topic;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.Draft.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;

/// The outcomes of the drafts of one batch, on their way to the receipts.
///
/// All receipts of one loop are called in one task, in the order of their drafts: a batch costs a
/// loop one hand-over for its receipts, as it does for its publications. Owned by the thread of the
/// journal.
public final class Settlements {
  private record Settlement(Receipt receipt, Outcome outcome) {}

  /// The receipts that run on one loop. Filled by the journal, then run by the loop.
  private static final class LoopPart implements Runnable {
    private final Executor loop;
    private final EngineGuard guard;
    private final List<Settlement> settlements = new ArrayList<>();

    LoopPart(Executor loop, EngineGuard guard) {
      this.loop = loop;
      this.guard = guard;
    }

    @Override
    public void run() {
      for (Settlement settlement : settlements) {
        settle(settlement, guard);
      }
    }
  }

  private final List<Settlement> all = new ArrayList<>();

  /// Adds the outcome of a draft.
  public void add(Receipt receipt, Outcome outcome) {
    all.add(new Settlement(receipt, outcome));
  }

  /// Replaces all outcomes that were added.
  ///
  /// @param instead the outcome to report, given the one that was added
  public void replaceAll(UnaryOperator<Outcome> instead) {
    all.replaceAll(
        settlement -> new Settlement(settlement.receipt, instead.apply(settlement.outcome)));
  }

  /// Reports all outcomes. Never throws: a receipt that fails does not affect the others, and a
  /// loop that has ended has no receipts to call.
  public void tell(EngineGuard guard) {
    List<LoopPart> parts = new ArrayList<>(2);
    for (Settlement settlement : all) {
      Executor loop = settlement.receipt.loop();
      if (loop == null) {
        settle(settlement, guard);
      } else {
        partOf(loop, parts, guard).settlements.add(settlement);
      }
    }
    for (LoopPart part : parts) {
      try {
        part.loop.execute(part);
      } catch (RejectedExecutionException loopHasEnded) {
        // Its connections have ended too.
      } catch (Throwable failure) {
        guard.caught("handing receipts to an event loop", failure);
      }
    }
  }

  /// There are as many parts as loops at most, and mostly one or two.
  private static LoopPart partOf(Executor loop, List<LoopPart> parts, EngineGuard guard) {
    for (LoopPart part : parts) {
      if (part.loop.equals(loop)) {
        return part;
      }
    }
    LoopPart part = new LoopPart(loop, guard);
    parts.add(part);
    return part;
  }

  private static void settle(Settlement settlement, EngineGuard guard) {
    try {
      settlement.receipt.settled(settlement.outcome);
    } catch (Throwable failure) {
      guard.caught("a receipt", failure);
    }
  }
}
