package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.ErrorCode;
import org.jspecify.annotations.Nullable;

/// What became of a [Draft] that the journal took.
public sealed interface Outcome {
  /// It is stored: now, or when the same request came first.
  ///
  /// @param position `null` in a topic that keeps nothing
  /// @param time Unix milliseconds, by the database's clock
  /// @param id the sender's, or one that was made up; of a notification the server's own
  record Stored(@Nullable Position position, long time, String id) implements Outcome {}

  /// The read marker stands at `offset`.
  record Marked(long offset) implements Outcome {}

  /// The list of members is as it was asked for.
  ///
  /// @param changed whether it was otherwise before
  record Listed(boolean changed) implements Outcome {}

  /// What was to be read is read; if it was not before, that is stored.
  ///
  /// @param unread how many notifications of the client are unread now
  record Read(int unread) implements Outcome {}

  /// It is noted, beside the log.
  record Noted() implements Outcome {}

  /// It is certainly not stored.
  ///
  /// @param code `conflict`, `not_found`, `unavailable`, `internal`, or what the rule said
  record Refused(ErrorCode code) implements Outcome {}
}
