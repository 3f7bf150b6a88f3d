package dev.tertulia.server.presence;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import java.util.function.ToIntFunction;

/// Tells rooms when a client has gone offline. Safe for any thread.
///
/// A departure is a signal: it is not stored, and it is lost if the journal accepts nothing at the
/// moment. It passes through the journal nevertheless, so that no client is seen to leave before
/// its last message. Large rooms are not told, because arrivals and departures would drown the
/// conversation.
public final class Departures {
  private final Journal journal;
  private final ToIntFunction<RoomName> largestRoom;

  /// @param largestRoom the maximum number of clients in a room for departures to be told; 0 for
  ///   never
  public Departures(Journal journal, ToIntFunction<RoomName> largestRoom) {
    this.journal = journal;
    this.largestRoom = largestRoom;
  }

  /// Reports that `client`, which was in `room`, has no connection left.
  ///
  /// @param clientsLeft the number of clients still in the room
  public void left(ClientId client, RoomName room, int clientsLeft) {
    if (clientsLeft > 0 && clientsLeft <= largestRoom.applyAsInt(room)) {
      journal.append(new Draft.Signal(TopicName.room(room), new Entry.Departure(client)));
    }
  }
}
