package dev.tertulia.server.connection;

import dev.tertulia.server.model.CloseReason;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The connections of one loop with a non-empty send queue. Owned by the loop.
final class SlowConnections {
  private final Set<Connection> behind = new HashSet<>();
  private final SendBudget budget;

  SlowConnections(SendBudget budget) {
    this.budget = budget;
  }

  SendBudget budget() {
    return budget;
  }

  void add(Connection connection) {
    if (behind.add(connection)) {
      budget.countBehind(1);
    }
  }

  void remove(Connection connection) {
    if (behind.remove(connection)) {
      budget.countBehind(-1);
    }
  }

  /// The slowest connections, those with the most waiting data first.
  List<Connection> slowest(int most) {
    return behind.stream()
        .sorted(Comparator.comparingInt(Connection::waitingBytes).reversed())
        .limit(most)
        .toList();
  }

  /// Closes the slowest connections, one after the other, while the total exceeds the bound.
  /// Connections that are less behind than others of all loops stay, since it is not their turn.
  void relieve() {
    if (!budget.isExceeded()) {
      return;
    }
    long average = budget.average();
    List<Connection> slowest =
        behind.stream()
            .filter(connection -> connection.waitingBytes() >= average)
            .sorted(Comparator.comparingInt(Connection::waitingBytes).reversed())
            .toList();
    for (Connection connection : slowest) {
      if (budget.isExceeded()) {
        connection.close(CloseReason.SLOW_CONSUMER);
      }
    }
  }
}
