package dev.tertulia.server.http;

import java.time.Duration;
import java.util.Map;

/// What a server has to do at one moment.
///
/// @param uptime since its start
/// @param rooms in which somebody is
/// @param topics with a subscriber
/// @param sockets open ones of any kind
/// @param kinds by the kind of publication, such as `messages`
/// @param trouble what keeps it from storing, in words; empty for nothing
public record Stats(
    Duration uptime,
    int connections,
    int clients,
    int sockets,
    int rooms,
    int topics,
    Map<String, Flow> kinds,
    String trouble) {
  public Stats {
    kinds = Map.copyOf(kinds);
  }

  /// How much has gone through.
  ///
  /// @param total since the start
  /// @param perSecond over the last ten seconds
  public record Flow(long total, double perSecond) {}
}
