package dev.tertulia.server.presence;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;

/// Tells the lobby of clients that went away. Safe for any thread.
///
/// A departure is a signal: not stored, and lost if the journal takes nothing at the moment. It
/// goes the way of the entries all the same, so that nobody is seen to leave before his last word.
/// In a large room nobody is told: there, coming and going would drown what is said.
public final class Departures {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);

  private final Journal journal;
  private final int largestRoom;

  /// @param largestRoom departures are told to at most so many clients; 0 for never
  public Departures(Journal journal, int largestRoom) {
    this.journal = journal;
    this.largestRoom = largestRoom;
  }

  /// `client` has no connection any more.
  ///
  /// @param membersLeft how many clients are in the lobby now
  public void left(ClientId client, int membersLeft) {
    if (membersLeft > 0 && membersLeft <= largestRoom) {
      journal.append(new Draft.Signal(LOBBY, new Entry.Departure(client)));
    }
  }
}
