package dev.tertulia.server.net.loop;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.Loop;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/// Tasks of a loop that may be deferred, so that a storm of connects and disconnects does not delay
/// established connections. They run in order; owned by the loop.
///
/// Each turn of the loop gives the chores one slice of time: as much as everything else took since
/// the last slice, between [#SHORTEST_SLICE_NANOS] and [#LONGEST_SLICE_NANOS]. So a loop without
/// other work runs mostly chores but still polls every few milliseconds, and a busy loop divides
/// its time in halves.
///
/// A chore belongs to a socket, which has at most one for each event that can happen to it; so
/// their number is bounded with that of the sockets.
public final class DeferredTasks {
  /// The minimum time for chores in a turn that has some.
  static final long SHORTEST_SLICE_NANOS = 2_000_000;

  /// The maximum time for chores in a turn.
  static final long LONGEST_SLICE_NANOS = 10_000_000;

  private final Loop loop;
  private final LongSupplier nanoClock;
  private final EngineGuard guard;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final Runnable slice = this::slice;
  private final Runnable nextTurn;
  private boolean requested;
  private long lastEnded;

  /// @param nanoClock a monotonic clock, in nanoseconds
  DeferredTasks(Loop loop, LongSupplier nanoClock, EngineGuard guard) {
    this.loop = loop;
    this.nanoClock = nanoClock;
    this.guard = guard;
    nextTurn = () -> loop.execute(slice);
  }

  /// Queues `chore`; it runs in this turn of the loop if nothing is queued before it.
  public void add(Runnable chore) {
    waiting.add(chore);
    if (!requested) {
      requested = true;
      lastEnded = nanoClock.getAsLong();
      loop.execute(slice);
    }
  }

  /// The number of queued chores.
  int waiting() {
    return waiting.size();
  }

  /// Runs all queued chores, however long they take, before the loop ends.
  void finish() {
    Runnable chore = waiting.poll();
    while (chore != null) {
      run(chore);
      chore = waiting.poll();
    }
  }

  private void run(Runnable chore) {
    try {
      chore.run();
    } catch (Throwable failure) {
      guard.caught("a deferred task of a socket", failure);
    }
  }

  private void slice() {
    long began = nanoClock.getAsLong();
    long time = Math.clamp(began - lastEnded, SHORTEST_SLICE_NANOS, LONGEST_SLICE_NANOS);
    Runnable chore = waiting.poll();
    while (chore != null) {
      run(chore);
      lastEnded = nanoClock.getAsLong();
      chore = lastEnded - began < time ? waiting.poll() : null;
    }
    requested = !waiting.isEmpty();
    if (requested) {
      loop.atEndOfTurn(nextTurn);
    }
  }
}
