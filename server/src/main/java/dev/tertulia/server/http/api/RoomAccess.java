package dev.tertulia.server.http.api;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;

/// The rules of rooms. Methods may block on a disk.
public interface RoomAccess {
  /// Whether `client` may send to `room`.
  ///
  /// @throws dev.tertulia.server.topic.LogException if this can't be read at the moment
  boolean maySend(ClientId client, RoomName room);

  /// Whether `client` may join `room`, and so report what it has read there.
  ///
  /// @throws dev.tertulia.server.topic.LogException if this can't be read at the moment
  boolean mayJoin(ClientId client, RoomName room);

  /// Whether `client` may amend messages of others in `room`.
  boolean isModerator(ClientId client, RoomName room);

  /// The maximum number of members of `room`.
  int mostMembers(RoomName room);
}
