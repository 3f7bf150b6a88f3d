package dev.tertulia.server.topic;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/// A loop whose turns run on the calling thread.
final class StressedLoop implements Loop {
  final LoopTopics topics;

  private final int index;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  StressedLoop(int index, Fanout fanout) {
    this.index = index;
    topics = fanout.addLoop(this, this::distribute);
  }

  /// Does all that waits now.
  void turn() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private void distribute() {
    topics.distribute();
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
    throw new UnsupportedOperationException();
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
