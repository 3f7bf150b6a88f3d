package dev.tertulia.server.protocol;

import dev.tertulia.server.model.Refusal;
import org.jspecify.annotations.Nullable;

/// The outcome of decoding one message from a client: a request of the protocol, or the reason why
/// it is refused.
///
/// @param <R> the type of the protocol's requests
public sealed interface Received<R> {
  /// The client's mark, which its reply repeats; `null` if the message has none or an invalid one.
  @Nullable Ref ref();

  /// A request that follows the protocol.
  record Ok<R>(@Nullable Ref ref, R request) implements Received<R> {}

  /// A message that does not.
  record Refused<R>(@Nullable Ref ref, Refusal refusal) implements Received<R> {}
}
