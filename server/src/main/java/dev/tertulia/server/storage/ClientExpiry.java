package dev.tertulia.server.storage;

import dev.tertulia.server.model.ClientId;
import java.time.Duration;
import java.util.function.Predicate;

/// How long absent clients and their devices are kept.
///
/// @param clients the absence after which the inbox of a client, and everything else about it
///   outside of rooms, is removed
/// @param devices the absence after which the reports of a device are removed
/// @param connected whether a client is connected now; any thread
public record ClientExpiry(Duration clients, Duration devices, Predicate<ClientId> connected) {
  /// Nothing is removed.
  public static final ClientExpiry NEVER =
      new ClientExpiry(Retention.FOREVER.age(), Retention.FOREVER.age(), client -> false);
}
