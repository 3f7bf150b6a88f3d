package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.NameLimit;
import dev.tertulia.server.protocol.Refusal;
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
  /// @param limit the bound on names past which it would be; `null` for any other reason
  record Refused(ErrorCode code, @Nullable NameLimit limit) implements Outcome {
    public Refused(ErrorCode code) {
      this(code, null);
    }

    /// Because it would begin a room or an inbox past that bound.
    public Refused(NameLimit limit) {
      this(ErrorCode.CONFLICT, limit);
    }

    /// What whoever asked for it is told.
    public Refusal in(Language language) {
      return limit == null ? Refusal.of(code, language) : Refusal.noRoomFor(limit, language);
    }
  }
}
