package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.CloseReason;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;

/// The connections of one loop for which something waits because their sockets take no more. Owned
/// by the loop.
///
/// When all that waits in the server passes its bound, the slowest of them go first.
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
    behind.add(connection);
  }

  void remove(Connection connection) {
    behind.remove(connection);
  }

  int size() {
    return behind.size();
  }

  /// Closes the slowest, one after the other, for as long as too much waits.
  void relieve() {
    while (budget.isExceeded() && !behind.isEmpty()) {
      behind.stream()
          .max(Comparator.comparingInt(Connection::waitingBytes))
          .ifPresent(slowest -> slowest.close(CloseReason.SLOW_CONSUMER));
    }
  }
}
