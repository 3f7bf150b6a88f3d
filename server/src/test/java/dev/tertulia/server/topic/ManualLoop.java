package dev.tertulia.server.topic;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.LongSupplier;

/// A loop whose turns are taken when a test says so.
final class ManualLoop implements Loop {
  private final int index;
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Queue<Runnable> endOfTurn = new ArrayDeque<>();

  ManualLoop(int index) {
    this.index = index;
  }

  /// One turn: all tasks there are, then its end.
  void turn() {
    for (int left = tasks.size(); left > 0; left--) {
      tasks.remove().run();
    }
    while (!endOfTurn.isEmpty()) {
      endOfTurn.remove().run();
    }
  }

  /// How many tasks wait.
  int waiting() {
    return tasks.size();
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public void atEndOfTurn(Runnable task) {
    endOfTurn.add(task);
  }

  @Override
  public void restAfterTurn(LongSupplier nanos) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long workedNanos() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void after(Duration delay, Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void every(Duration period, Runnable task) {
    throw new UnsupportedOperationException();
  }
}
