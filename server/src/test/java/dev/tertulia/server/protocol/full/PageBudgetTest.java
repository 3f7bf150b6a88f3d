package dev.tertulia.server.protocol.full;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PageBudgetTest {
  private final PageBudget budget = new PageBudget(2L * PageBudget.PAGE_BYTES);
  private final List<String> granted = new ArrayList<>();

  private void take(String name, boolean wanted) {
    take("anybody", name, wanted);
  }

  private void take(String client, String name, boolean wanted) {
    budget.take(
        new ClientId(client),
        () -> {
          granted.add(name);
          return wanted;
        });
  }

  @Test
  void aClientWithoutAFreePageWaitsForItsTurn() {
    take("a", true);
    take("b", true);
    take("c", true);
    take("d", true);
    assertThat(granted).containsExactly("a", "b");
    budget.giveBack();
    assertThat(granted).containsExactly("a", "b", "c");
    budget.giveBack();
    budget.giveBack();
    assertThat(granted).containsExactly("a", "b", "c", "d");
    assertThat(budget.free()).isEqualTo(1);
  }

  @Test
  void noClientWaitsForAllRequestsOfAnother() {
    take("one", "a", true);
    take("one", "b", true);
    for (int i = 0; i < 100; i++) {
      take("one", "more", true);
    }
    take("two", "mine", true);
    budget.giveBack();
    budget.giveBack();
    assertThat(granted).containsExactly("a", "b", "more", "mine");
  }

  @Test
  void abandonedRequestsHoldNoPage() {
    take("a", false);
    assertThat(budget.free()).isEqualTo(2);
    take("b", true);
    take("c", true);
    for (int i = 0; i < 100_000; i++) {
      take("gone", false);
    }
    take("d", true);
    budget.giveBack();
    assertThat(granted).endsWith("d");
    assertThat(budget.free()).isZero();
  }
}
