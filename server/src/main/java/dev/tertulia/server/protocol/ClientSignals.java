package dev.tertulia.server.protocol;

import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.topic.Exclusion;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Subscriber;
import org.jspecify.annotations.Nullable;

/// Tells others what a client does in a room that is not stored as an entry: that it is typing, and
/// up to where it has read. Never blocks; safe for any thread.
public record ClientSignals(Rooms rooms, PresenceStore presence) {
  /// Tells the other clients in a room that the client is typing.
  ///
  /// @param name the default name of the client
  public Appended typing(ClientId client, String name, RoomCommand.Typing typing) {
    return rooms.typing(client, name, typing, new Exclusion.OfClient(client));
  }

  /// Tells the other clients in the room up to where a client has read, unless there are many, and
  /// in any case the connections of the client.
  ///
  /// @param by the connection of the client that knows already; `null` for none
  public void read(Entry.ReadMark mark, @Nullable Subscriber by) {
    if (presence.count(mark.room()) <= PresenceStore.LARGEST_TOLD) {
      rooms.tellRoom(mark, new Exclusion.OfClient(mark.client()));
    }
    rooms.tellReader(mark, by == null ? null : new Exclusion.One(by));
  }
}
