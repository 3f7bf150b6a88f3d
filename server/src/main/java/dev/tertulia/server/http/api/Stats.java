package dev.tertulia.server.http.api;

import java.time.Duration;
import java.util.Map;

/// A snapshot of the load of a server.
///
/// @param uptime the time since its start
/// @param rooms the number of rooms with at least one client
/// @param topics the number of topics with a subscriber
/// @param sockets the number of open sockets of any kind
/// @param kinds the flows by kind of publication, such as `messages`
/// @param limits the number of refusals since the start by limit
/// @param trouble why nothing can be stored at the moment; empty for no trouble
public record Stats(
    Duration uptime,
    int sockets,
    int rooms,
    int topics,
    Map<String, Flow> kinds,
    Map<String, Long> limits,
    String trouble) {
  public Stats {
    kinds = Map.copyOf(kinds);
    limits = Map.copyOf(limits);
  }

  /// The number of publications of one kind.
  ///
  /// @param total since the start
  /// @param perSecond the average of the last ten seconds
  public record Flow(long total, double perSecond) {}
}
