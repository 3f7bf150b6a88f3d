package dev.tertulia.server.http.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// What a running server tells its operator about itself.
///
/// @param version of the program
/// @param started when the server started, in Unix milliseconds
/// @param transport the network transport in use
/// @param eventLoops their number
/// @param gauges its numbers
/// @param bounds the most that some gauges may reach
/// @param refused the number of refusals since the start by limit
/// @param health its health
/// @param certificateExpiry when the certificate of the server expires; empty without TLS
/// @param slowest the connections with the most waiting data, at most so many; may block
public record Overview(
    String version,
    long started,
    String transport,
    int eventLoops,
    Gauges gauges,
    Supplier<Map<Gauge, Long>> bounds,
    Supplier<Map<String, Long>> refused,
    Supplier<Health> health,
    Supplier<Optional<Instant>> certificateExpiry,
    IntFunction<List<Slow>> slowest) {
  /// The health of a server.
  ///
  /// @param status as `/health/ready` says it
  /// @param cause why it is not ready; empty if it is, or if there is nothing to say
  public record Health(String status, String cause) {}

  /// A connection that reads more slowly than data comes.
  ///
  /// @param name the id that the server gave it; empty for none
  /// @param speaks its protocol
  /// @param age the time since it was opened
  /// @param waitingBytes the size of its send queue
  public record Slow(String client, String name, String speaks, Duration age, int waitingBytes) {}
}
