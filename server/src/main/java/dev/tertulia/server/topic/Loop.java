package dev.tertulia.server.topic;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/// An event loop: one thread that owns its connections and does all work for them.
///
/// [#execute] may be called by any thread, and keeps the order of the tasks of one caller; all
/// other methods are for the loop itself only.
public interface Loop extends Executor {
  /// The index of the loop, from 0, below [Fanout#MAX_LOOPS].
  int index();

  /// Runs `task` after this turn has read all input and run all tasks.
  void atEndOfTurn(Runnable task);

  /// Sleeps before the next turn. `nanos` supplies the duration, 0 for none, after all output of
  /// this turn has been written. During the sleep nothing is read and no task runs; both wait for
  /// the next turn.
  void restAfterTurn(LongSupplier nanos);

  /// The processor time used by the thread of this loop, in nanoseconds.
  long workedNanos();

  /// Runs `task` once, after `delay`.
  void after(Duration delay, Runnable task);

  /// Runs `task` repeatedly, `period` apart, until the loop ends.
  void every(Duration period, Runnable task);
}
