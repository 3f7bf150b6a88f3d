package dev.tertulia.bench;

import dev.tertulia.server.topic.Loop;
import java.time.Duration;
import java.util.function.LongSupplier;

/// A loop that runs everything immediately.
record ImmediateLoop(int index) implements Loop {
  @Override
  public void execute(Runnable task) {
    task.run();
  }

  @Override
  public void atEndOfTurn(Runnable task) {
    task.run();
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
    task.run();
  }

  @Override
  public void every(Duration period, Runnable task) {
    throw new UnsupportedOperationException();
  }
}
