package dev.tertulia.server.http;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;

/// What the rules of rooms say. Methods may wait for a disk.
public interface RoomAccess {
  /// Whether `client` may say something in `room`.
  ///
  /// @throws dev.tertulia.server.topic.LogException if that can't be read now
  boolean maySend(ClientId client, RoomName room);

  /// How many clients a room's list has room for.
  int mostMembers(RoomName room);
}
