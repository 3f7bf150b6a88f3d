package dev.tertulia.server.topic;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/// An event loop: one thread that owns its connections and does everything that concerns them.
///
/// [#execute] may be called by any thread, and keeps the order of one caller's tasks; the rest only
/// by the loop itself.
public interface Loop extends Executor {
  /// The loop's number, from 0, below [Fanout#MAX_LOOPS].
  int index();

  /// Runs `task` when this turn has done all its reading and all its tasks.
  void atEndOfTurn(Runnable task);

  /// Sleeps before the next turn. `nanos` is asked for how long, 0 for not at all, once the kernel
  /// has taken all that this turn wrote. Meanwhile nothing is read and no task runs; all of it
  /// waits for the next turn.
  void restAfterTurn(LongSupplier nanos);

  /// How long this loop has worked, in nanoseconds of its thread's processor time.
  long workedNanos();

  /// Runs `task` once, after `delay`.
  void after(Duration delay, Runnable task);

  /// Runs `task` again and again, `period` apart, until the loop ends.
  void every(Duration period, Runnable task);
}
