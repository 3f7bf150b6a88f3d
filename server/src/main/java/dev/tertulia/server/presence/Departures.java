package dev.tertulia.server.presence;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import java.util.function.ToIntFunction;

/// Tells rooms of clients that went away. Safe for any thread.
///
/// A departure is a signal: not stored, and lost if the journal takes nothing at the moment. It
/// goes the way of the entries all the same, so that nobody is seen to leave before his last word.
/// In a large room nobody is told: there, coming and going would drown what is said.
public final class Departures {
  private final Journal journal;
  private final ToIntFunction<RoomName> largestRoom;

  /// @param largestRoom to how many clients at most departures are told in a room; 0 for never
  public Departures(Journal journal, ToIntFunction<RoomName> largestRoom) {
    this.journal = journal;
    this.largestRoom = largestRoom;
  }

  /// `client`, which was in `room`, has no connection any more.
  ///
  /// @param clientsLeft how many clients are in the room now
  public void left(ClientId client, RoomName room, int clientsLeft) {
    if (clientsLeft > 0 && clientsLeft <= largestRoom.applyAsInt(room)) {
      journal.append(new Draft.Signal(TopicName.room(room), new Entry.Departure(client)));
    }
  }
}
