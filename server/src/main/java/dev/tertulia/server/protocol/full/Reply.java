package dev.tertulia.server.protocol.full;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.EntryWriter.EntryPosition;
import dev.tertulia.server.protocol.ErrorWriter;
import dev.tertulia.server.protocol.FrameList;
import dev.tertulia.server.protocol.InboxWriter;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.protocol.RoomWriter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// A message to one connection of the full protocol: the reply to a request or, where noted, an
/// unsolicited message.
public sealed interface Reply {
  /// The reply to `hello`.
  ///
  /// @param connection the id of this connection, by which it can be found in the log
  /// @param name the name of the client to show
  /// @param time Unix milliseconds, by the database's clock
  /// @param heartbeat the interval of the pings of the server
  /// @param unread the number of unread notifications; `null` if it can't be read at the moment
  record Welcome(
      String connection,
      ClientId client,
      String name,
      long time,
      Duration heartbeat,
      @Nullable Integer unread,
      Limits limits)
      implements Reply {}

  /// A reply without fields.
  record Done() implements Reply {}

  /// The entry is stored in the room, by this request or by an earlier one with the same id.
  ///
  /// @param entryPosition `null` in a room that stores nothing
  /// @param id the id given by the sender, or a generated one
  /// @param time Unix milliseconds
  record Stored(RoomName room, @Nullable EntryPosition entryPosition, String id, long time)
      implements Reply {}

  /// The read marker is now at `offset`.
  record Marked(RoomName room, long offset) implements Reply {}

  /// The request is refused.
  ///
  /// @param room the room of the request; `null` if there was none, or none that could be read
  /// @param retryAfter when the request may be repeated; `null` if unknown
  record Refused(@Nullable RoomName room, Refusal refusal, @Nullable Duration retryAfter)
      implements Reply {
    public Refused(@Nullable RoomName room, Refusal refusal) {
      this(room, refusal, null);
    }
  }

  /// The connection has joined the room. Unsolicited after a failed replay.
  ///
  /// @param recovered whether `messages` are complete since the position of the client
  /// @param after the position of the last of `messages`; `null` in a room that stores nothing
  /// @param messages as encoded by
  ///   `EntryWriter#entry`[dev.tertulia.server.protocol.EntryWriter#entry], oldest first; not
  ///   copied
  /// @param more whether the rest follows as frames, ended by [CaughtUp]
  /// @param count the number of clients in the room now
  record Joined(
      RoomName room,
      boolean recovered,
      @Nullable String after,
      List<byte[]> messages,
      boolean more,
      int count)
      implements Reply {}

  /// All missed entries have been sent, up to `pos`. Unsolicited.
  record CaughtUp(RoomName room, String pos) implements Reply {}

  /// The notification is stored, by this request or by an earlier one with the same id.
  ///
  /// @param id the id assigned by the server
  /// @param time Unix milliseconds
  record Notified(String id, long time) implements Reply {}

  /// Notifications were marked as read.
  ///
  /// @param unread the number of those still unread
  record Unread(int unread) implements Reply {}

  /// The connection receives the entries of the inbox. Unsolicited after a failed replay.
  ///
  /// @param recovered whether `notifications` are complete since the position of the client
  /// @param pos the position of the client now
  /// @param notifications as encoded by
  ///   `EntryWriter#entry`[dev.tertulia.server.protocol.EntryWriter#entry], oldest first; not
  ///   copied
  /// @param more whether the rest follows as frames, ended by [InboxCaughtUp]
  record InboxOpened(boolean recovered, String pos, List<byte[]> notifications, boolean more)
      implements Reply {}

  /// All missed entries of the inbox have been sent, up to `pos`. Unsolicited.
  record InboxCaughtUp(String pos) implements Reply {}

  /// A page of an inbox.
  ///
  /// @param notifications as encoded by
  ///   `EntryWriter#entry`[dev.tertulia.server.protocol.EntryWriter#entry], oldest first; not
  ///   copied
  /// @param unread the number of unread notifications in the whole inbox
  /// @param more whether there are more in the requested direction
  record Inbox(List<byte[]> notifications, int unread, boolean more) implements Reply {}

  /// A page of messages in their current state.
  record History(HistoryPage page) implements Reply {}

  /// The clients in a room.
  record Present(RoomName room, PresenceStore.Members members) implements Reply {}

  /// The rooms of the client.
  record Rooms(List<RoomLog.RoomState> rooms) implements Reply {
    public Rooms {
      rooms = List.copyOf(rooms);
    }
  }

  /// The limits of the connection.
  ///
  /// @param messageBytes the maximum size of `message` and `data` together, in UTF-8
  /// @param messagesPerSecond the sustained rate; 0 for no limit
  /// @param burst the number allowed at once
  record Limits(int messageBytes, long messagesPerSecond, long burst) {}

  /// Encodes replies for clients of the full protocol, as JSON in UTF-8.
  ///
  /// Safe for any thread. All texts must be valid Unicode, without unpaired surrogates.
  final class Writer {
    private Writer() {}

    /// Encodes a reply to one connection.
    ///
    /// @param ref the `ref` of the request; `null` for none
    public static byte[] reply(@Nullable Ref ref, Reply reply) {
      return switch (reply) {
        case Joined joined -> joined(ref, joined);
        case InboxOpened opened ->
            FrameList.write(
                ref,
                "inbox",
                out ->
                    out.writeBooleanProperty("recovered", opened.recovered())
                        .writeStringProperty("pos", opened.pos()),
                "notifications",
                opened.notifications(),
                out -> out.writeBooleanProperty("more", opened.more()));
        case Inbox inbox ->
            InboxWriter.page(ref, inbox.notifications(), inbox.unread(), inbox.more());
        case InboxCaughtUp caughtUp ->
            JsonText.object(out ->
                Ref.begin(out, "caught_up", ref)
                    .writeBooleanProperty("inbox", true)
                    .writeStringProperty("pos", caughtUp.pos()));
        case Notified notified ->
            JsonText.object(out ->
                Ref.begin(out, "ok", ref)
                    .writeStringProperty("id", notified.id())
                    .writeNumberProperty("time", notified.time()));
        case Unread unread ->
            JsonText.object(
                out -> Ref.begin(out, "ok", ref).writeNumberProperty("unread", unread.unread()));
        case Welcome welcome -> JsonText.object(out -> welcome(out, ref, welcome));
        case Done done -> JsonText.object(out -> Ref.begin(out, "ok", ref));
        case Stored stored -> JsonText.object(out -> stored(out, ref, stored));
        case Marked marked ->
            JsonText.object(out ->
                Ref.begin(out, "ok", ref)
                    .writeStringProperty("room", marked.room().value())
                    .writeNumberProperty("offset", marked.offset()));
        case Refused refused -> JsonText.object(out -> refused(out, ref, refused));
        case CaughtUp caughtUp ->
            JsonText.object(out ->
                Ref.begin(out, "caught_up", ref)
                    .writeStringProperty("room", caughtUp.room().value())
                    .writeStringProperty("pos", caughtUp.pos()));
        case History history -> RoomWriter.history(ref, history.page());
        case Present present -> RoomWriter.presence(ref, present.room(), present.members());
        case Rooms rooms -> RoomWriter.rooms(ref, rooms.rooms());
      };
    }

    private static byte[] joined(@Nullable Ref ref, Joined joined) {
      return FrameList.write(
          ref,
          "joined",
          out -> {
            out.writeStringProperty("room", joined.room().value())
                .writeBooleanProperty("recovered", joined.recovered());
            if (joined.after() != null) {
              out.writeStringProperty("after", joined.after());
            }
          },
          "messages",
          joined.messages(),
          out ->
              out.writeBooleanProperty("more", joined.more())
                  .writeNumberProperty("count", joined.count()));
    }

    private static void welcome(JsonGenerator out, @Nullable Ref ref, Welcome welcome) {
      Ref.begin(out, "welcome", ref)
          .writeNumberProperty("protocol", 1)
          .writeStringProperty("connection", welcome.connection())
          .writeStringProperty("client", welcome.client().value())
          .writeStringProperty("name", welcome.name())
          .writeNumberProperty("time", welcome.time())
          .writeNumberProperty("heartbeat", welcome.heartbeat().toMillis());
      if (welcome.unread() != null) {
        out.writeNumberProperty("unread", welcome.unread());
      }
      out.writeObjectPropertyStart("limits")
          .writeNumberProperty("message_bytes", welcome.limits().messageBytes())
          .writeNumberProperty("messages_per_second", welcome.limits().messagesPerSecond())
          .writeNumberProperty("burst", welcome.limits().burst())
          .writeEndObject();
    }

    private static void stored(JsonGenerator out, @Nullable Ref ref, Stored stored) {
      Ref.begin(out, "ok", ref).writeStringProperty("room", stored.room().value());
      EntryWriter.position(out, stored.entryPosition())
          .writeStringProperty("id", stored.id())
          .writeNumberProperty("time", stored.time());
    }

    private static void refused(JsonGenerator out, @Nullable Ref ref, Refused refused) {
      Ref.begin(out, "error", ref);
      if (refused.room() != null) {
        out.writeStringProperty("room", refused.room().value());
      }
      ErrorWriter.refusal(out, refused.refusal());
      if (refused.retryAfter() != null) {
        out.writeNumberProperty("retry_after", refused.retryAfter().toMillis());
      }
    }
  }
}
