package dev.tertulia.server.storage;

import dev.tertulia.server.protocol.ClientId;
import java.time.Duration;
import java.util.function.Predicate;

/// How long clients and their devices are remembered that are not seen any more.
///
/// @param clients past it a client's inbox goes, and all that is known of it beside rooms
/// @param devices past it what a device has told goes
/// @param connected whether a client is connected now; any thread
public record Forgetting(Duration clients, Duration devices, Predicate<ClientId> connected) {
  /// Everybody is remembered.
  public static final Forgetting NEVER =
      new Forgetting(Retention.FOREVER.age(), Retention.FOREVER.age(), client -> false);
}
