package dev.tertulia.server.protocol;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one connection is told in the full protocol: the reply to a request, or, where it says so,
/// something unasked.
public sealed interface Reply {
  /// The reply to `hello`.
  ///
  /// @param connection the server's name for this connection, for finding it in a log
  /// @param name the client's name to show
  /// @param time Unix milliseconds, by the database's clock
  /// @param heartbeat how often the server pings
  /// @param unread how many notifications are unread; `null` if that can't be told now
  record Welcome(
      String connection,
      ClientId client,
      String name,
      long time,
      Duration heartbeat,
      @Nullable Integer unread,
      Limits limits)
      implements Reply {}

  /// It is done; there is no more to say.
  record Done() implements Reply {}

  /// It is in the room: now, or when the same request came first.
  ///
  /// @param place `null` in a room that keeps nothing
  /// @param id the sender's, or one that was made up
  /// @param time Unix milliseconds
  record Stored(RoomName room, @Nullable Place place, String id, long time) implements Reply {}

  /// The read marker stands at `offset`.
  record Marked(RoomName room, long offset) implements Reply {}

  /// It is not carried out.
  ///
  /// @param room the one that it was about; `null` if there was none, or none that could be read
  /// @param retryAfter when it is worth trying again; `null` for nobody knows
  record Refused(@Nullable RoomName room, Refusal refusal, @Nullable Duration retryAfter)
      implements Reply {
    public Refused(@Nullable RoomName room, Refusal refusal) {
      this(room, refusal, null);
    }
  }

  /// The client is in the room. Also unasked, when a replay has failed.
  ///
  /// @param recovered whether `messages` are all that there was since the client's position
  /// @param after the position of the last of `messages`; `null` in a room that keeps nothing
  /// @param messages as [FullWriter#entry] wrote them, oldest first; not copied again
  /// @param more whether the rest follows as frames, ended by [CaughtUp]
  /// @param count how many clients are in the room now
  record Joined(
      RoomName room,
      boolean recovered,
      @Nullable String after,
      List<byte[]> messages,
      boolean more,
      int count)
      implements Reply {}

  /// What a client has missed was all sent, up to `pos`. Unasked.
  record CaughtUp(RoomName room, String pos) implements Reply {}

  /// The notification is stored: now, or when the same request came first.
  ///
  /// @param id the server's
  /// @param time Unix milliseconds
  record Notified(String id, long time) implements Reply {}

  /// It is read.
  ///
  /// @param unread how many are not
  record Unread(int unread) implements Reply {}

  /// The client is told what comes to its inbox. Also unasked, when a replay has failed.
  ///
  /// @param recovered whether `notifications` are all that there was since the client's position
  /// @param pos where the client is now
  /// @param notifications as [FullWriter#entry] wrote them, oldest first; not copied again
  /// @param more whether the rest follows as frames, ended by [InboxCaughtUp]
  record InboxOpened(boolean recovered, String pos, List<byte[]> notifications, boolean more)
      implements Reply {}

  /// What a client has missed in its inbox was all sent, up to `pos`. Unasked.
  record InboxCaughtUp(String pos) implements Reply {}

  /// A page of an inbox.
  ///
  /// @param notifications as [FullWriter#entry] wrote them, oldest first; not copied again
  /// @param unread how many are unread in the whole inbox
  /// @param more whether there are more in the direction that was asked for
  record Inbox(List<byte[]> notifications, int unread, boolean more) implements Reply {}

  /// A page of messages as they are now.
  ///
  /// @param messages oldest first
  /// @param more whether there are more in the direction that was asked for
  record History(RoomName room, List<Message> messages, boolean more) implements Reply {
    public History {
      messages = List.copyOf(messages);
    }
  }

  /// Who is in a room.
  ///
  /// @param members the first of them
  /// @param count how many there are
  record Present(RoomName room, List<Member> members, int count) implements Reply {
    public Present {
      members = List.copyOf(members);
    }
  }

  /// The rooms of the client.
  record Rooms(List<Room> rooms) implements Reply {
    public Rooms {
      rooms = List.copyOf(rooms);
    }
  }

  /// What the connection may do.
  ///
  /// @param messageBytes the most that `message` and `data` may hold together, in UTF-8
  /// @param messagesPerSecond over a longer time; 0 for no limit
  /// @param burst how many at once
  record Limits(int messageBytes, int messagesPerSecond, int burst) {}

  /// A message as it is now.
  ///
  /// @param id the sender's own name for it, or one that was made up
  /// @param time when it was said, in Unix milliseconds
  /// @param edited when it got its last text, in Unix milliseconds; `null` for never
  /// @param unreadable whether what is stored can't be read; it stands as deleted then
  record Message(
      Place place,
      String id,
      long time,
      Entry.Chat chat,
      @Nullable Long edited,
      List<Reactions> reactions,
      boolean unreadable) {
    public Message {
      reactions = List.copyOf(reactions);
    }

    public Message(
        Place place,
        String id,
        long time,
        Entry.Chat chat,
        @Nullable Long edited,
        List<Reactions> reactions) {
      this(place, id, time, chat, edited, reactions, false);
    }
  }

  /// Those who reacted to a message with one emoji.
  ///
  /// @param mine whether the asking client is among them
  record Reactions(String emoji, int count, boolean mine) {}

  /// Somebody who is in a room.
  ///
  /// @param name the name to show
  record Member(ClientId client, String name) {}

  /// A room of a client.
  ///
  /// @param head the offset of the newest entry; 0 in an empty room
  /// @param read the offset up to which the client has read; 0 for nothing
  /// @param unread how many messages of others come after that, up to a bound
  /// @param unreadable whether what is stored about it can't be read; the numbers are 0 then
  record Room(RoomName room, long head, long read, int unread, boolean unreadable) {
    public Room(RoomName room, long head, long read, int unread) {
      this(room, head, read, unread, false);
    }
  }
}
