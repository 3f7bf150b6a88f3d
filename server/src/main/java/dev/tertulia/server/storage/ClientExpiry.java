package dev.tertulia.server.storage;

import dev.tertulia.server.model.ClientId;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// How long absent clients and their devices are kept.
///
/// @param clients the absence after which the inbox of a client, and everything else about it
///   outside of rooms, is removed
/// @param devices the absence after which the reports of a device are removed
/// @param passing how the ids of clients begin that never come back, so that they are removed
///   [#PASSING] after they have left; `null` if there are none
/// @param connected whether a client is connected now; any thread
public record ClientExpiry(
    Duration clients, Duration devices, @Nullable String passing, Predicate<ClientId> connected) {
  /// How long clients are kept that never come back, at least.
  public static final Duration PASSING = Duration.ofMinutes(10);

  /// Nothing is removed.
  public static final ClientExpiry NEVER =
      new ClientExpiry(Retention.FOREVER.age(), Retention.FOREVER.age(), client -> false);

  /// When there are no clients that never come back.
  public ClientExpiry(Duration clients, Duration devices, Predicate<ClientId> connected) {
    this(clients, devices, null, connected);
  }
}
