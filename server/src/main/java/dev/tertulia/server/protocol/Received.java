package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;

/// What became of a text that a client of the full protocol sent.
///
/// @param ref the mark for the reply; `null` if there was none, or none that could be read
public sealed interface Received {
  @Nullable Ref ref();

  record Ok(@Nullable Ref ref, Request request) implements Received {}

  record Refused(@Nullable Ref ref, Refusal refusal) implements Received {}
}
