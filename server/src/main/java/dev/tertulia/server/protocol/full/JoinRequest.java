package dev.tertulia.server.protocol.full;

import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received.Ref;
import org.jspecify.annotations.Nullable;

/// A request to join a room or to open the inbox, and to be sent what was missed.
///
/// @param room `null` for the inbox of the client
/// @param after the position that the client has, as text; `null` for none
/// @param limit with `after` the maximum number of missed entries, otherwise the number of the
///   newest
/// @param again whether the server itself makes it, because the log of a room that the client is in
///   has lost its end
record JoinRequest(
    @Nullable Ref ref,
    @Nullable RoomName room,
    @Nullable String after,
    @Nullable Integer limit,
    boolean again) {
  static JoinRequest of(@Nullable Ref ref, Request.Join join) {
    return new JoinRequest(ref, join.room(), join.after(), join.limit(), false);
  }

  static JoinRequest of(Request.Resume resume) {
    return new JoinRequest(null, resume.room(), resume.after(), null, false);
  }

  static JoinRequest of(Request.ResumeInbox resume) {
    return new JoinRequest(null, null, resume.after(), null, false);
  }

  static JoinRequest again(@Nullable RoomName room) {
    return new JoinRequest(null, room, null, null, true);
  }

  /// Whether it is for that room.
  boolean isOf(RoomName other) {
    return other.equals(room);
  }

  /// The maximum number of missed entries that are replayed.
  int mostMissed() {
    return limit == null ? Request.MAX_MISSED : limit;
  }
}
