package dev.tertulia.server.chat;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What rooms hold, as things are now: messages with their last text and their reactions, and what
/// a client has read.
///
/// Every method may wait for a disk: not on a loop. Each throws a [LogException] if the log can't
/// be read now, or is damaged there.
public interface RoomLog {
  /// A message as it is now.
  ///
  /// @param publication the chat entry, with the text of its last edit; or one that is unreadable
  /// @param edited when that was, in Unix milliseconds; `null` for never
  record Message(Publication publication, @Nullable Long edited, List<Reactions> reactions) {}

  /// Those who reacted with one emoji.
  ///
  /// @param mine whether the asking client is among them
  record Reactions(String emoji, int count, boolean mine) {}

  /// A page of a room's messages.
  ///
  /// @param messages oldest first
  /// @param more whether there are more in the direction that was asked for
  record History(List<Message> messages, boolean more) {}

  /// A room of a client.
  ///
  /// @param head the offset of the newest entry; 0 in an empty room
  /// @param read the offset up to which the client has read; 0 for nothing
  /// @param unread how many messages of others come after that, counted up to [#MOST_UNREAD]
  /// @param unreadable whether what is stored about it can't be read; the numbers are 0 then
  record RoomState(RoomName room, long head, long read, int unread, boolean unreadable) {
    public RoomState(RoomName room, long head, long read, int unread) {
      this(room, head, read, unread, false);
    }
  }

  /// Unread messages are counted so far and no further.
  int MOST_UNREAD = 10_000;

  /// The messages before an offset, the nearest `limit` of them.
  ///
  /// @param before [Long#MAX_VALUE] for the newest
  /// @param reader whose reactions are `mine`
  History before(RoomName room, long before, int limit, ClientId reader);

  /// The messages after an offset, the nearest `limit` of them.
  History after(RoomName room, long after, int limit, ClientId reader);

  /// The rooms that `client` is a member of, or has sent to or read in, by name; at most `limit`. A
  /// room for members is among them only while the client is on its list.
  List<RoomState> of(ClientId client, int limit);

  /// A room that there is.
  ///
  /// @param head the offset of the newest entry; 0 in an empty room
  /// @param members how many clients are on its list
  /// @param unreadable whether what is stored about it can't be read; the numbers are 0 then
  record KnownRoom(RoomName room, long head, int members, boolean unreadable) {
    public KnownRoom(RoomName room, long head, int members) {
      this(room, head, members, false);
    }
  }

  /// Those on a room's list.
  ///
  /// @param clients by name
  /// @param more whether there are more after these
  record Members(List<ClientId> clients, boolean more) {
    public Members {
      clients = List.copyOf(clients);
    }
  }

  /// Whether `client` is on the list of `room`. The list lasts whatever else is kept of the room.
  boolean isMember(RoomName room, ClientId client);

  /// Those on the list of `room` whose names come after `after`, by name; at most `limit`.
  ///
  /// @param after empty for the first
  Members members(RoomName room, String after, int limit);

  /// The rooms in which something is stored, or that have a list, and whose names come after
  /// `after`, by name; at most `limit`.
  ///
  /// @param after empty for the first
  List<KnownRoom> rooms(String after, int limit);
}
