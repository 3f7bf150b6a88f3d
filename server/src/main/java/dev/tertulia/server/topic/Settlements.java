package dev.tertulia.server.topic;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.Draft.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  /// The receipts that are called on one thread. Filled by the journal, then called there.
  ///
  /// @param loop `null` for the thread of the journal
  private record Part(@Nullable Executor loop, List<Settlement> settlements) {
    void tell(EngineGuard guard) {
      for (Settlement settlement : settlements) {
        try {
          settlement.receipt.settled(settlement.outcome);
        } catch (Throwable failure) {
          guard.caught("a receipt", failure);
        }
      }
    }
  }

  /// As many as loops at most, and one: mostly one or two.
  private final List<Part> parts = new ArrayList<>(2);

  /// Adds the outcome of a draft.
  public void add(Receipt receipt, Outcome outcome) {
    partOf(receipt.loop()).settlements.add(new Settlement(receipt, outcome));
  }

  /// Replaces all outcomes that were added.
  ///
  /// @param instead the outcome to report, given the one that was added
  public void replaceAll(UnaryOperator<Outcome> instead) {
    for (Part part : parts) {
      part.settlements.replaceAll(
          settlement -> new Settlement(settlement.receipt, instead.apply(settlement.outcome)));
    }
  }

  /// Reports all outcomes. Never throws: a receipt that fails does not affect the others, and a
  /// loop that has ended has no receipts to call.
  public void tell(EngineGuard guard) {
    for (Part part : parts) {
      if (part.loop == null) {
        part.tell(guard);
        continue;
      }
      try {
        part.loop.execute(() -> part.tell(guard));
      } catch (RejectedExecutionException loopHasEnded) {
        // Its connections have ended too.
      } catch (Throwable failure) {
        guard.caught("handing receipts to an event loop", failure);
      }
    }
  }

  private Part partOf(@Nullable Executor loop) {
    for (Part part : parts) {
      if (Objects.equals(part.loop, loop)) {
        return part;
      }
    }
    Part part = new Part(loop, new ArrayList<>());
    parts.add(part);
    return part;
  }
}
