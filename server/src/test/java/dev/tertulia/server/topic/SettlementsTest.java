package dev.tertulia.server.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.topic.Draft.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SettlementsTest {
  private final EngineGuard guard = EngineGuard.ofNoProcess();
  private final List<Runnable> first = new ArrayList<>();
  private final List<Runnable> second = new ArrayList<>();
  private final Executor one = first::add;
  private final Executor other = second::add;
  private final List<String> seen = new ArrayList<>();
  private final Settlements settlements = new Settlements();

  @Test
  void aBatchIsOneTaskForEachLoopInTheOrderOfTheDrafts() {
    settlements.add(on(one, "a"), marked(1));
    settlements.add(on(other, "b"), marked(2));
    settlements.add(on(one, "c"), marked(3));
    settlements.tell(guard);
    assertThat(seen).isEmpty();
    assertThat(first).hasSize(1);
    assertThat(second).hasSize(1);
    first.getFirst().run();
    assertThat(seen).containsExactly("a 1", "c 3");
    second.getFirst().run();
    assertThat(seen).containsExactly("a 1", "c 3", "b 2");
  }

  @Test
  void aReceiptWithoutALoopIsCalledAtOnce() {
    settlements.add(outcome -> seen.add("at once"), marked(1));
    settlements.tell(guard);
    assertThat(seen).containsExactly("at once");
  }

  @Test
  void aReceiptThatFailsDoesNotAffectTheOthers() {
    Receipt broken =
        outcome -> {
          throw new IllegalStateException("broken on purpose");
        };
    settlements.add(broken, marked(1));
    settlements.add(on(one, null), marked(2));
    settlements.add(on(one, "c"), marked(3));
    settlements.tell(guard);
    first.getFirst().run();
    assertThat(seen).containsExactly("c 3");
  }

  @Test
  void aLoopThatHasEndedDoesNotAffectTheOthers() {
    Executor ended =
        task -> {
          throw new RejectedExecutionException();
        };
    settlements.add(on(ended, "a"), marked(1));
    settlements.add(on(one, "b"), marked(2));
    settlements.tell(guard);
    first.getFirst().run();
    assertThat(seen).containsExactly("b 2");
  }

  @Test
  void outcomesMayBeReplacedBeforeTheyAreReported() {
    settlements.add(on(one, "a"), marked(1));
    settlements.replaceAll(outcome -> new Outcome.Refused(ErrorCode.UNAVAILABLE));
    settlements.tell(guard);
    first.getFirst().run();
    assertThat(seen).containsExactly("a UNAVAILABLE");
  }

  private static Outcome marked(long offset) {
    return new Outcome.Marked(offset);
  }

  /// @param name `null` for one that fails
  private Receipt on(Executor loop, @Nullable String name) {
    return new Receipt() {
      @Override
      public void settled(Outcome outcome) {
        if (name == null) {
          throw new IllegalStateException("broken on purpose");
        }
        seen.add(
            outcome instanceof Outcome.Marked marked
                ? name + " " + marked.offset()
                : name + " " + ((Outcome.Refused) outcome).code());
      }

      @Override
      public Executor loop() {
        return loop;
      }
    };
  }
}
