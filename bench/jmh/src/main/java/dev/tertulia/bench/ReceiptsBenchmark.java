package dev.tertulia.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Loop;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Settlements;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The cost of the receipts of one batch: from a journal's thread to the event loops of the
/// senders, until the last one was called there. The receipts themselves only count.
///
/// [#BATCHES] are on their way at once, so that what is measured is the work and not how threads
/// wake each other. On a busy machine only the CPU time of the process tells something; it is
/// printed for each iteration.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReceiptsBenchmark {
  private static final int BATCHES = 16;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /// The receipts of one loop. Counted by that loop, or by the benchmark while the loop waits.
  private final class Share {
    private final Loop loop;
    private int size;
    private int left;

    Share(Loop loop) {
      this.loop = loop;
    }

    void count() {
      left--;
      if (left == 0) {
        left = size;
        called.release();
      }
    }

    /// A receipt that is called on the loop, as those of connections are.
    Receipt receipt() {
      return new Receipt() {
        @Override
        public void settled(Outcome outcome) {
          count();
        }

        @Override
        public Executor loop() {
          return loop;
        }
      };
    }
  }

  /// The drafts of a batch.
  @Param({"1", "16", "256"})
  int drafts;

  /// The event loops that their senders are on, by turns.
  @Param({"1", "2"})
  int loops;

  private final EngineGuard guard = EngineGuard.ofNoProcess();
  private final Outcome outcome = new Outcome.Marked(1);
  private final Semaphore called = new Semaphore(0);
  private final List<Receipt> grouped = new ArrayList<>();
  private final List<Receipt> single = new ArrayList<>();
  private Loops running;
  private int shares;
  private long batches;
  private long cpu;

  @Setup
  public void start() {
    running = new Loops(IoTransport.EPOLL, loops, guard);
    List<Share> all = running.all().stream().map(Share::new).toList();
    for (int i = 0; i < drafts; i++) {
      Share share = all.get(i % loops);
      share.size++;
      share.left++;
      grouped.add(share.receipt());
      single.add(told -> share.loop.execute(share::count));
    }
    shares = Math.min(drafts, loops);
  }

  @TearDown
  public void stop() {
    running.close();
  }

  @Setup(Level.Iteration)
  public void beginToCount() {
    batches = 0;
    cpu = SYSTEM.getProcessCpuTime();
  }

  @TearDown(Level.Iteration)
  public void print() {
    System.out.printf(
        "CPU %,d ns a batch; ", (SYSTEM.getProcessCpuTime() - cpu) / Math.max(1, batches));
  }

  /// One task for each loop.
  @Benchmark
  @OperationsPerInvocation(BATCHES)
  public void oneTaskForEachLoop() throws InterruptedException {
    settleAll(grouped);
  }

  /// One task for each receipt: called on the thread of the journal, it hands over the rest.
  @Benchmark
  @OperationsPerInvocation(BATCHES)
  public void oneTaskForEachReceipt() throws InterruptedException {
    settleAll(single);
  }

  private void settleAll(List<Receipt> receipts) throws InterruptedException {
    for (int i = 0; i < BATCHES; i++) {
      Settlements settlements = new Settlements();
      for (Receipt receipt : receipts) {
        settlements.add(receipt, outcome);
      }
      settlements.tell(guard);
    }
    called.acquire(shares * BATCHES);
    batches += BATCHES;
  }
}
