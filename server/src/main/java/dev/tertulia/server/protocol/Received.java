package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;

/// The result of decoding a text from a client of the full protocol.
public sealed interface Received {
  /// The `ref` for the reply; `null` if there was none, or none that could be read.
  @Nullable Ref ref();

  /// A valid request.
  record Ok(@Nullable Ref ref, Request request) implements Received {}

  /// An invalid request.
  record Refused(@Nullable Ref ref, Refusal refusal) implements Received {}
}
