package dev.tertulia.server.topic;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.Draft.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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
        settle(settlement.receipt, settlement.outcome, guard);
      }
    }
  }

  private final List<Settlement> all = new ArrayList<>();

  /// Adds the outcome of a draft.
  public void add(Receipt receipt, Outcome outcome) {
    all.add(new Settlement(receipt, outcome));
  }

  /// Whether there is an outcome to report.
  public boolean isEmpty() {
    return all.isEmpty();
  }

  /// Reports all outcomes. Never throws: a receipt that fails does not affect the others, and a
  /// loop that has ended has no receipts to call.
  public void tell(EngineGuard guard) {
    tell(UnaryOperator.identity(), guard);
  }

  /// Reports other outcomes in place of those that were added.
  ///
  /// @param instead the outcome to report, given the one that was added
  public void tell(UnaryOperator<Outcome> instead, EngineGuard guard) {
    List<LoopPart> parts = new ArrayList<>(2);
    for (Settlement settlement : all) {
      Outcome outcome = instead.apply(settlement.outcome);
      Executor loop = settlement.receipt.loop();
      if (loop == null) {
        settle(settlement.receipt, outcome, guard);
      } else {
        partOf(loop, parts, guard).settlements.add(new Settlement(settlement.receipt, outcome));
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
      if (isSame(part.loop, loop)) {
        return part;
      }
    }
    LoopPart part = new LoopPart(loop, guard);
    parts.add(part);
    return part;
  }

  @SuppressWarnings("ReferenceEquality") // It is this very loop, or another.
  private static boolean isSame(Executor one, @Nullable Executor other) {
    return one == other;
  }

  private static void settle(Receipt receipt, Outcome outcome, EngineGuard guard) {
    try {
      receipt.settled(outcome);
    } catch (Throwable failure) {
      guard.caught("a receipt", failure);
    }
  }
}
