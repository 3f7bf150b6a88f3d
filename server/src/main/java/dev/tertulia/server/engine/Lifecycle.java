package dev.tertulia.server.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where a server is between its start and its end, and how far it is there. Health, the supervisor
/// of the process and operators are told from here. Safe for any thread.
public final class Lifecycle {
  private final List<Consumer<State>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong steps = new AtomicLong();

  /// Changed under the lock of this object, read by any thread.
  private volatile State state = new State(Phase.STARTING, "the server is starting");

  /// A moment.
  ///
  /// @param progress what is being done, for operators; empty if there is nothing to say
  public record State(Phase phase, String progress) {}

  /// The current state.
  public State state() {
    return state;
  }

  /// The current phase.
  public Phase phase() {
    return state.phase;
  }

  /// Enters a phase; no effect if it or a later one was entered.
  ///
  /// @param progress what is being done, for operators
  public void enter(Phase phase, String progress) {
    change(phase, progress);
  }

  /// Reports how far the current phase is; also that its work moves, if that is all that has
  /// changed.
  ///
  /// @param progress what is being done, for operators
  public void progress(String progress) {
    change(null, progress);
  }

  /// How often it was reported that the work moves, by either method. A count that stays the same
  /// is work that hangs.
  public long steps() {
    return steps.get();
  }

  /// Adds a listener, and tells it the current state. It is called on the thread that reports a
  /// change, one change at a time, and must neither block nor throw.
  public void tell(Consumer<State> listener) {
    synchronized (this) {
      listeners.add(listener);
      listener.accept(state);
    }
  }

  private void change(@Nullable Phase next, String progress) {
    synchronized (this) {
      Phase phase = next == null ? state.phase : next;
      if (next != null && next.compareTo(state.phase) <= 0) {
        return;
      }
      steps.incrementAndGet();
      State now = new State(phase, progress);
      if (!now.equals(state)) {
        state = now;
        listeners.forEach(listener -> listener.accept(now));
      }
    }
  }
}
