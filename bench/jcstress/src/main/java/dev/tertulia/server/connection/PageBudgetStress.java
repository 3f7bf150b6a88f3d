package dev.tertulia.server.connection;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.protocol.full.PageBudget;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/// Three readers request a page at once, one of which no longer needs it, and there is room for
/// one: checks the pages granted, the maximum at a time, and the room in the end.
@JCStressTest
@Outcome(id = "2, 1, 1", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "somebody was forgotten, or there were too many")
@State
public class PageBudgetStress {
  private static final ClientId ANA = new ClientId("ana");
  private static final ClientId BEA = new ClientId("bea");

  private final PageBudget budget = new PageBudget(PageBudget.PAGE_BYTES);
  private final AtomicInteger given = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  private boolean read() {
    given.incrementAndGet();
    most.accumulateAndGet(held.incrementAndGet(), Math::max);
    held.decrementAndGet();
    budget.giveBack();
    return true;
  }

  /// A reader.
  @Actor
  public void one() {
    budget.take(ANA, this::read);
  }

  /// A reader that has gone, and another one.
  @Actor
  public void other() {
    budget.take(BEA, () -> false);
    budget.take(BEA, this::read);
  }

  /// What there was.
  @Arbiter
  public void end(LLL_Result result) {
    result.r1 = given.get();
    result.r2 = most.get();
    result.r3 = budget.free();
  }
}
