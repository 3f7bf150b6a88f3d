package dev.tertulia.server.chat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the current state of rooms: messages with their latest text and reactions, read marks,
/// members.
///
/// All methods may block on a disk and must not be called on an event loop. They throw a
/// [LogException] if the log can't be read at the moment or is damaged at that place.
public interface RoomLog {
  /// A message in its current state.
  ///
  /// @param publication the chat entry, with the text of its latest edit; or an unreadable entry
  /// @param edited when it was last edited, in Unix milliseconds; `null` for never
  record Message(Publication publication, @Nullable Long edited, List<Reactions> reactions) {
    public Message {
      reactions = List.copyOf(reactions);
    }

    /// Whether it can't be read.
    public boolean isUnreadable() {
      return publication.entry() instanceof Entry.Unreadable;
    }

    /// The message; an unreadable one as if it were deleted.
    public Entry.Chat chat() {
      return publication.entry() instanceof Entry.Unreadable unreadable
          ? new Entry.Chat(unreadable.client(), "", "", null, null, /* deleted= */ true)
          : (Entry.Chat) publication.entry();
    }
  }

  /// The reactions with one emoji.
  ///
  /// @param mine whether the reader is among the clients
  record Reactions(String emoji, int count, boolean mine) {}

  /// A page of a room's messages.
  ///
  /// @param messages oldest first
  /// @param more whether there are more in the requested direction
  /// @param asOf the end of the log when the page was read, in the same snapshot: of what amends
  ///   these messages, they contain everything up to there, and nothing later; `null` in a room
  ///   that stores nothing
  record History(List<Message> messages, boolean more, @Nullable Position asOf) {}

  /// A room that a client takes part in.
  ///
  /// @param head the offset of the newest entry; 0 in an empty room
  /// @param read the offset up to which the client has read; 0 for none
  /// @param unread the number of later messages from others, counted up to [#MOST_UNREAD]
  /// @param unreadable whether its stored data can't be read; the numbers are 0 then
  record RoomState(RoomName room, long head, long read, int unread, boolean unreadable) {
    public RoomState(RoomName room, long head, long read, int unread) {
      this(room, head, read, unread, false);
    }
  }

  /// The limit up to which unread messages are counted.
  int MOST_UNREAD = 10_000;

  /// Reads the nearest `limit` messages before an offset.
  ///
  /// @param before the offset; [Long#MAX_VALUE] for the newest messages
  /// @param reader the client whose own reactions are marked as `mine`
  History before(RoomName room, long before, int limit, ClientId reader);

  /// Reads the nearest `limit` messages after an offset.
  History after(RoomName room, long after, int limit, ClientId reader);

  /// The rooms that `client` is a member of, has sent to or has read in, by name; at most `limit`.
  /// A room for members only is included only while the client is a member.
  List<RoomState> of(ClientId client, int limit);

  /// An existing room.
  ///
  /// @param head the offset of the newest entry; 0 in an empty room
  /// @param members the number of members
  /// @param unreadable whether its stored data can't be read; the numbers are 0 then
  record KnownRoom(RoomName room, long head, int members, boolean unreadable) {
    public KnownRoom(RoomName room, long head, int members) {
      this(room, head, members, false);
    }
  }

  /// A page of the members of a room.
  ///
  /// @param clients ordered by id
  /// @param more whether more follow
  record Members(List<ClientId> clients, boolean more) {
    public Members {
      clients = List.copyOf(clients);
    }
  }

  /// Whether `client` is a member of `room`. The member list is kept regardless of the retention of
  /// the room.
  boolean isMember(RoomName room, ClientId client);

  /// The members of `room` whose ids come after `after`, ordered by id; at most `limit`.
  ///
  /// @param after empty for the first page
  Members members(RoomName room, String after, int limit);

  /// The rooms with stored entries or members whose names begin with `prefix` and come after
  /// `after`, by name; at most `limit`.
  ///
  /// @param prefix empty for all
  /// @param after empty for the first page
  List<KnownRoom> rooms(String prefix, String after, int limit);
}
