package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;

/// What became of a text that a client of the full protocol sent.
public sealed interface Received {
  /// The mark for the reply; `null` if there was none, or none that could be read.
  @Nullable Ref ref();

  /// A request that keeps to the protocol.
  record Ok(@Nullable Ref ref, Request request) implements Received {}

  /// What is no request.
  record Refused(@Nullable Ref ref, Refusal refusal) implements Received {}
}
