package dev.tertulia.server.topic;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.model.Refusal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The outcome of a [Draft] that the journal accepted.
public sealed interface Outcome {
  /// The entry is stored, by this request or by an earlier one with the same id.
  ///
  /// @param position `null` in a topic that stores nothing
  /// @param time Unix milliseconds, by the database's clock
  /// @param id the id given by the sender, or a generated one; for a notification the id assigned
  ///   by the server
  record Stored(@Nullable Position position, long time, String id) implements Outcome {}

  /// The read marker is now at `offset`.
  record Marked(long offset) implements Outcome {}

  /// The list of members is as requested.
  ///
  /// @param changed whether the list was changed
  record Listed(boolean changed) implements Outcome {}

  /// The notifications are marked as read; a change is stored.
  ///
  /// @param unread the number of unread notifications of the client now
  record Read(int unread) implements Outcome {}

  /// The report is recorded, outside the log.
  record Noted() implements Outcome {}

  /// It is not known whether the draft is stored, and will not be known for a while. If it is,
  /// subscribers get it as always.
  record Unconfirmed() implements Outcome {
    /// What the client is told.
    public Refusal in(Language language) {
      return Refusal.unconfirmed(language);
    }
  }

  /// The draft is refused and certainly not stored.
  ///
  /// @param code `conflict`, `not_found`, `unavailable`, `internal`, or the code returned by the
  ///   rule
  /// @param limit the exceeded limit on names; `null` for any other reason
  /// @param retryAfter when the limit may allow it; `null` if unknown
  record Refused(ErrorCode code, @Nullable Limit limit, @Nullable Duration retryAfter)
      implements Outcome {
    public Refused(ErrorCode code) {
      this(code, null, null);
    }

    /// Refused because it would create a room or an inbox beyond `limit`.
    public Refused(Limit limit, @Nullable Duration retryAfter) {
      this(ErrorCode.CONFLICT, limit, retryAfter);
    }

    /// The refusal for the client.
    public Refusal in(Language language) {
      return limit == null ? Refusal.of(code, language) : Refusal.noRoomFor(limit, language);
    }
  }
}
