package dev.tertulia.server.testing;

import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Loop;
import dev.tertulia.server.topic.LoopTopics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.LongSupplier;

/// A loop whose turns are taken when a test says so, by a clock that the test turns.
public final class ManualLoop implements Loop {
  private final int index;
  private final LongSupplier nanoClock;
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Queue<Runnable> endOfTurn = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::due).thenComparingLong(Timer::number));
  private long numbers;

  /// A loop whose time stands still.
  public ManualLoop(int index) {
    this(index, () -> 0);
  }

  /// @param nanoClock the time, in nanoseconds
  public ManualLoop(int index, LongSupplier nanoClock) {
    this.index = index;
    this.nanoClock = nanoClock;
  }

  /// Adds this loop to `fanout`, whose publications it distributes at the end of its turns.
  public LoopTopics topicsOf(Fanout fanout) {
    LoopTopics[] own = new LoopTopics[1];
    own[0] = fanout.addLoop(this, () -> atEndOfTurn(() -> own[0].distribute()));
    return own[0];
  }

  private record Timer(long due, long number, Runnable task) {}

  /// One turn: all tasks there are and all that is due, then its end.
  public void turn() {
    while (!timers.isEmpty() && timers.element().due <= nanoClock.getAsLong()) {
      tasks.add(timers.remove().task);
    }
    for (int left = tasks.size(); left > 0; left--) {
      tasks.remove().run();
    }
    endTurn();
  }

  /// The first of the tasks there are, without an end of the turn.
  public void step() {
    Runnable task = tasks.poll();
    if (task != null) {
      task.run();
    }
  }

  /// The end of a turn.
  public void endTurn() {
    while (!endOfTurn.isEmpty()) {
      endOfTurn.remove().run();
    }
  }

  /// How many tasks wait.
  public int waiting() {
    return tasks.size();
  }

  /// Forgets all that waits, as a process that dies.
  public void die() {
    tasks.clear();
    endOfTurn.clear();
    timers.clear();
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
    // It rests between its turns anyway.
  }

  @Override
  public long workedNanos() {
    return 0;
  }

  @Override
  public void after(Duration delay, Runnable task) {
    timers.add(new Timer(nanoClock.getAsLong() + delay.toNanos(), numbers++, task));
  }

  @Override
  public void every(Duration period, Runnable task) {
    after(
        period,
        () -> {
          task.run();
          every(period, task);
        });
  }
}
