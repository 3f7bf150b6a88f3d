package dev.tertulia.server.net.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.testing.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whose unfinished input is dropped, and when.
final class PartialInputsTest {
  private static final int KIB = 1024;

  private long now;
  private final InboundBudget budget =
      new InboundBudget(
          new InboundBudget.Bounds(1_000 * KIB, 600 * KIB, 300 * KIB),
          new LimitCounters(() -> now));
  private final List<ManualLoop> loops =
      List.of(new ManualLoop(0, () -> now), new ManualLoop(1, () -> now));
  private final List<PartialInputs> inputs =
      loops.stream().map(loop -> new PartialInputs(loop, budget, Duration.ofSeconds(30))).toList();
  private final List<String> dropped = new ArrayList<>();

  /// A socket that is sent something without end.
  private final class Socket implements PartialInput.Owner {
    private final String name;
    private final int address;
    private final PartialInputs own;
    private @Nullable PartialInput part;
    private boolean untimed;

    Socket(String name, int address, int loop) {
      this.name = name;
      this.address = address;
      own = inputs.get(loop);
    }

    void holds(int bytes, int messages) {
      part = own.update(part, this, bytes, messages);
      if (part != null) {
        own.makeRoom(part);
      }
    }

    void whole() {
      if (part != null) {
        own.setWhole(part, true);
      }
    }

    @Override
    public AddressBlock address() {
      return new AddressBlock(false, address);
    }

    @Override
    public @Nullable ClientId client() {
      return address == 0 ? null : new ClientId(name);
    }

    @Override
    public boolean isUntimed() {
      return untimed;
    }

    @Override
    public void dropForRoom() {
      dropped.add(name);
      holds(0, 0);
    }

    @Override
    public void dropAsTooSlow() {
      dropped.add(name + " slow");
      holds(0, 0);
    }
  }

  private void turn() {
    loops.forEach(ManualLoop::turn);
  }

  @Test
  void theLargestInputOfAllLoopsIsDropped() {
    new Socket("small", 1, 0).holds(50 * KIB, 0);
    new Socket("large", 2, 1).holds(280 * KIB, 0);
    new Socket("medium", 3, 1).holds(260 * KIB, 0);
    new Socket("other", 4, 0).holds(250 * KIB, 0);
    assertThat(dropped).isEmpty();
    new Socket("last", 5, 0).holds(170 * KIB, 0);
    turn();
    assertThat(dropped).contains("other").doesNotContain("small", "last");
    assertThat(budget.used()).isLessThanOrEqualTo(1_000 * KIB);
  }

  @Test
  void completeInputIsChargedAndKeptAndNotPartOfTheAverage() {
    List<Socket> atWork = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Socket socket = new Socket("work" + i, 10 + i, 0);
      socket.holds(290 * KIB, 0);
      socket.whole();
      atWork.add(socket);
    }
    for (int i = 0; i < 20; i++) {
      new Socket("unfinished" + i, 20 + i, 0).holds(40 * KIB, 0);
    }
    assertThat(budget.used()).isLessThanOrEqualTo(1_000 * KIB);
    assertThat(dropped).isNotEmpty().allMatch(name -> name.startsWith("unfinished"));
    atWork.forEach(socket -> socket.holds(0, 0));
    assertThat(budget.used()).isLessThanOrEqualTo(420 * KIB);
  }

  @Test
  void addressesAndClientsHaveTheirOwnLimits() {
    for (int i = 0; i < 4; i++) {
      new Socket("same", 7 + i, 0).holds(85 * KIB, 0);
    }
    assertThat(dropped).containsExactly("same");
    dropped.clear();
    for (int i = 0; i < 4; i++) {
      new Socket("client" + i, 99, 1).holds(170 * KIB, 0);
    }
    turn();
    assertThat(dropped).hasSize(1).allMatch(name -> name.startsWith("client"));
  }

  @Test
  void anEndedConnectionLeavesNothingBehind() {
    Socket one = new Socket("one", 1, 0);
    one.holds(100, 0);
    assertThat(budget.accounts()).as("for so little").isZero();
    one.holds(100 * KIB, 0);
    assertThat(budget.accounts()).isEqualTo(2);
    one.holds(10, 1);
    assertThat(budget.used()).isEqualTo(10);
    one.holds(0, 1);
    assertThat(budget.accounts()).isZero();
    assertThat(budget.used()).isZero();
    assertThat(inputs.getFirst().count()).isZero();
  }

  @Test
  void eachMessageHasItsOwnDeadline() {
    turn();
    Socket slow = new Socket("slow", 1, 0);
    Socket busy = new Socket("busy", 2, 0);
    Socket paused = new Socket("paused", 3, 0);
    paused.untimed = true;
    slow.holds(5, 0);
    busy.holds(5, 0);
    paused.holds(5, 0);
    for (int second = 1; second <= 29; second++) {
      tick();
      busy.holds(5, second);
      slow.holds(5 + second, 0);
    }
    assertThat(dropped).isEmpty();
    tick();
    tick();
    assertThat(dropped).containsExactly("slow slow");
    paused.untimed = false;
    for (int second = 0; second <= 31; second++) {
      tick();
    }
    assertThat(dropped).containsExactly("slow slow", "busy slow", "paused slow");
    assertThat(inputs.getFirst().count()).isZero();
  }

  private void tick() {
    now += Duration.ofSeconds(1).toNanos();
    turn();
  }
}
