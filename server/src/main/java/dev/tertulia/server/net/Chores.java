package dev.tertulia.server.net;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.Loop;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/// What a loop has to do and may do a little later, so that a storm of sockets that come or go does
/// not hold up those who talk. Done in the order in which it came; owned by the loop.
///
/// Each turn of the loop gives the chores one slice of time: as much as all the rest took since the
/// last slice, between [#SHORTEST_SLICE_NANOS] and [#LONGEST_SLICE_NANOS]. So a loop with nothing
/// else to do does little but chores, and yet looks up every few milliseconds, and a busy one
/// shares its time in halves.
///
/// A chore belongs to a socket, which has one at a time for each thing that can happen to it; their
/// number is bounded with that of the sockets.
final class Chores {
  /// The least time for chores in a turn in which there are some.
  static final long SHORTEST_SLICE_NANOS = 2_000_000;

  /// The most time for chores in a turn.
  static final long LONGEST_SLICE_NANOS = 10_000_000;

  private final Loop loop;
  private final LongSupplier nanoClock;
  private final EngineGuard guard;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private final Runnable slice = this::slice;
  private final Runnable nextTurn;
  private boolean requested;
  private long lastEnded;

  /// @param nanoClock nanoseconds of a clock that never goes back
  Chores(Loop loop, LongSupplier nanoClock, EngineGuard guard) {
    this.loop = loop;
    this.nanoClock = nanoClock;
    this.guard = guard;
    nextTurn = () -> loop.execute(slice);
  }

  /// Has `chore` done in its turn: in this turn of the loop, if nothing waits before it.
  void add(Runnable chore) {
    waiting.add(chore);
    if (!requested) {
      requested = true;
      lastEnded = nanoClock.getAsLong();
      loop.execute(slice);
    }
  }

  /// How many wait.
  int waiting() {
    return waiting.size();
  }

  /// Does all that waits, however long it takes; for when the loop is to end.
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
