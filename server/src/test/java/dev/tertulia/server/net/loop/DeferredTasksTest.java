package dev.tertulia.server.net.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// Chores, turn by turn, on a loop that a test turns.
final class DeferredTasksTest {
  private static final long MILLISECOND = 1_000_000;

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Queue<Runnable> endOfTurn = new ArrayDeque<>();
  private final List<Integer> done = new ArrayList<>();
  private long now = 1;
  private final EngineGuard guard = EngineGuard.ofNoProcess();
  private final DeferredTasks deferredTasks = new DeferredTasks(new TurnedLoop(), () -> now, guard);

  private final class TurnedLoop implements Loop {
    @Override
    public int index() {
      return 0;
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

  /// One turn that reads for so long, runs every task, those included that tasks add, and ends.
  private void turn(long reading) {
    now += reading;
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    while (!endOfTurn.isEmpty()) {
      endOfTurn.remove().run();
    }
  }

  private void add(int count, long each) {
    for (int i = 0; i < count; i++) {
      int number = i;
      deferredTasks.add(() -> {
        now += each;
        done.add(number);
      });
    }
  }

  @Test
  void fewTasksRunInTheTurnInWhichTheyAreAdded() {
    add(3, 10);
    turn(0);
    assertThat(done).containsExactly(0, 1, 2);
    assertThat(tasks).isEmpty();
    assertThat(endOfTurn).isEmpty();
  }

  @Test
  void tasksThatExceedASliceWaitInOrderForTheNextTurn() {
    add(10, MILLISECOND);
    turn(0);
    assertThat(done).containsExactly(0, 1);
    assertThat(deferredTasks.waiting()).isEqualTo(8);
    turn(0);
    assertThat(done).containsExactly(0, 1, 2, 3);
    for (int i = 0; i < 3; i++) {
      turn(0);
    }
    assertThat(done).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(tasks).isEmpty();
  }

  @Test
  void tasksGetAsMuchTimeAsOtherWorkUpToTheLongestSlice() {
    add(100, MILLISECOND);
    turn(5 * MILLISECOND);
    assertThat(done).hasSize(5);
    turn(7 * MILLISECOND);
    assertThat(done).hasSize(12);
    turn(500 * MILLISECOND);
    assertThat(done).hasSize(12 + (int) (DeferredTasks.LONGEST_SLICE_NANOS / MILLISECOND));
  }

  @Test
  void idleTimeIsNotCreditedToTasks() {
    add(1, 0);
    turn(0);
    now += 60_000 * MILLISECOND;
    add(10, MILLISECOND);
    turn(0);
    assertThat(done).hasSize(1 + 2);
  }

  @Test
  void aFailedTaskDoesNotStopTheOthers() {
    deferredTasks.add(() -> {
      throw new IllegalStateException("as this test wants it");
    });
    add(2, 0);
    turn(0);
    assertThat(done).containsExactly(0, 1);
  }

  @Test
  void allRemainingTasksRunAtTheEnd() {
    add(100, MILLISECOND);
    turn(0);
    deferredTasks.finish();
    assertThat(done).hasSize(100);
    turn(0);
    assertThat(done).hasSize(100);
  }

  @Test
  void aTaskMayAddAnother() {
    deferredTasks.add(() -> add(1, 0));
    turn(0);
    assertThat(done).containsExactly(0);
  }
}
