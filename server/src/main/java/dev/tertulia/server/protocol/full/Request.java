package dev.tertulia.server.protocol.full;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.chat.HistoryQuery;
import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RefusalMessages;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.InboxCommand;
import dev.tertulia.server.notification.InboxQuery;
import dev.tertulia.server.notification.Notice;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.protocol.CommandReader;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.Received;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

/// A valid request of a client of the full protocol, and how it is read. A `null` is an omitted
/// field.
public sealed interface Request {
  /// What the client must be permitted to do: in [#room], to the client that it notifies or itself,
  /// or at all. `hello` joins rooms, each of which needs the same as a `join`.
  default Action need() {
    return switch (this) {
      case Hello _, Ping _, Leave _ -> Action.General.NOTHING;
      case Join _, History _, Presence _ -> Action.InRoom.JOIN;
      case InRoom(RoomCommand command) ->
          switch (command) {
            case RoomCommand.Chat _, RoomCommand.React _, RoomCommand.Typing _ ->
                Action.InRoom.SEND;
            case RoomCommand.Edit _, RoomCommand.Delete _ -> Action.InRoom.AMEND;
            case RoomCommand.Read _ -> Action.InRoom.MARK;
          };
      case Rooms _, Inbox _ -> Action.OnClient.READ_INBOX;
      case InInbox _ -> Action.OnClient.MARK_INBOX;
      case Notification _ -> Action.OnClient.NOTIFY;
      case BroadcastNotification _ -> Action.General.BROADCAST;
      case Revoke _ -> Action.General.REVOKE;
    };
  }

  /// The room that it is about; `null` if it is not about one.
  default @Nullable RoomName room() {
    return null;
  }

  /// The maximum number of rooms of a connection.
  int MAX_ROOMS = 500;

  /// The maximum number of missed entries that are replayed.
  int MAX_MISSED = 10_000;

  /// The maximum number of entries of a page.
  int MAX_PAGE = HistoryQuery.MAX_LIMIT;

  /// The default number of entries of a page.
  int PAGE = HistoryQuery.DEFAULT_LIMIT;

  /// A room that `hello` joins, and the position of the client in it.
  ///
  /// @param after a position as text, not validated
  record Resume(RoomName room, @Nullable String after) {}

  /// The inbox that `hello` opens, and the position of the client in it.
  ///
  /// @param after a position as text, not validated
  record ResumeInbox(@Nullable String after) {}

  /// The first request of a connection. May be repeated.
  ///
  /// @param device the name that the client gives to the device
  /// @param inbox `null` if the entries of the inbox are not requested
  /// @param token that of the client; `null` for none
  record Hello(
      @Nullable String device,
      List<Resume> rooms,
      @Nullable ResumeInbox inbox,
      Credentials.@Nullable Token token)
      implements Request {
    public Hello {
      rooms = List.copyOf(rooms);
    }

    public Hello(@Nullable String device, List<Resume> rooms, @Nullable ResumeInbox inbox) {
      this(device, rooms, inbox, null);
    }

    public Hello(@Nullable String device, List<Resume> rooms) {
      this(device, rooms, null);
    }

    /// The same request of a client whose token is known.
    Hello withoutToken() {
      return token == null ? this : new Hello(device, rooms, inbox);
    }
  }

  /// Checks that the connection works.
  record Ping() implements Request {}

  /// Joins a room, and so receives its entries.
  ///
  /// @param limit with `after`, the maximum number of missed entries; without, the number of newest
  ///   entries
  record Join(RoomName room, @Nullable String after, @Nullable Integer limit) implements Request {}

  /// Leaves a room.
  record Leave(RoomName room) implements Request {}

  /// Does something in a room.
  record InRoom(RoomCommand command) implements Request {
    @Override
    public RoomName room() {
      return command.room();
    }
  }

  /// Requests a page of messages in their current state.
  record History(HistoryQuery query) implements Request {
    @Override
    public RoomName room() {
      return query.room();
    }
  }

  /// Requests the clients in a room, and subscribes to arrivals and departures.
  record Presence(RoomName room) implements Request {}

  /// Requests the rooms of the client.
  record Rooms() implements Request {}

  /// Notifies a client.
  ///
  /// @param to `null` for the client itself
  record Notification(@Nullable ClientId to, Notice notice, @Nullable String id)
      implements Request {}

  /// Notifies all clients.
  record BroadcastNotification(Notice notice, @Nullable String id) implements Request {}

  /// Reports something about the inbox of the client.
  record InInbox(InboxCommand command) implements Request {}

  /// Requests a page of the inbox.
  record Inbox(InboxQuery query) implements Request {}

  /// Revokes a notification that the client has sent.
  record Revoke(NotificationId id) implements Request {}

  /// Decodes messages of clients of the full protocol: from UTF-8 to a [Request] or a [Refusal],
  /// never an exception.
  ///
  /// A refusal has the `ref` of the request, wherever it stands in the message, unless the text is
  /// not a JSON object or the `ref` itself is invalid. If the JSON exceeds the limits of
  /// [JsonText], the `ref` must come before. Fields that a request does not have may have any JSON
  /// value up to a depth of 500. Safe for any thread.
  final class Reader {
    private static final Field<String> TYPE = Field.text(Name.TYPE);
    private static final Field<String> AFTER = Field.text(Name.AFTER, TextRule.ID);
    private static final Field<Long> PAGE_LIMIT = Field.limit(MAX_PAGE);
    private static final Field<Long> MISSED_LIMIT = Field.limit(MAX_MISSED);
    private static final Field<ClientId> TO = Field.client(Name.TO);

    private final Language.Words common;
    private final RefusalMessages words;

    public Reader(Language language) {
      common = language.words();
      words = RefusalMessages.of(language);
    }

    /// Decodes one message.
    ///
    /// @param text valid UTF-8 from `offset` on, `length` bytes of it; not kept
    public Received<Request> read(byte[] text, int offset, int length) {
      try (JsonParser parser = JsonText.parser(text, offset, length)) {
        return parser.nextToken() == JsonToken.START_OBJECT
            ? readObject(parser, text, offset)
            : notAnObject();
      } catch (JacksonException e) {
        return notAnObject();
      }
    }

    private Received<Request> readObject(JsonParser parser, byte[] text, int offset) {
      Fields in = new Fields(common, words);
      try {
        in.read(parser, text, offset);
        return parser.nextToken() == null ? check(in) : notAnObject();
      } catch (StreamConstraintsException e) {
        String why = common.problemWith(JsonText.fieldOf(parser), e);
        return new Received.Refused<>(in.ref(), new Refusal(ErrorCode.INVALID, why));
      }
    }

    private Received<Request> check(Fields in) {
      in.checkRef();
      String type = in.get(TYPE);
      Request request = in.problem() == null ? request(type, in) : null;
      if (in.problem() != null) {
        return new Received.Refused<>(in.ref(), in.problem());
      }
      return request == null
          ? new Received.Refused<>(
              in.ref(), new Refusal(ErrorCode.UNKNOWN_TYPE, common.unknownType()))
          : new Received.Ok<>(in.ref(), request);
    }

    /// @return of no use if `in` has a problem then; `null` if there is no such type
    private static @Nullable Request request(@Nullable String type, Fields in) {
      return switch (type) {
        case "chat" -> new InRoom(CommandReader.chat(in));
        case "edit" -> new InRoom(CommandReader.edit(in));
        case "delete" -> new InRoom(CommandReader.delete(in));
        case "react" -> new InRoom(CommandReader.react(in));
        case "typing" -> new InRoom(CommandReader.typing(in));
        case "read" -> new InRoom(CommandReader.read(in));
        case "hello" -> HelloReader.read(in);
        case "ping" -> new Ping();
        case "join" -> join(in);
        case "leave" -> new Leave(in.require(Field.ROOM));
        case "history" -> new History(CommandReader.history(in));
        case "presence" -> new Presence(in.require(Field.ROOM));
        case "rooms" -> new Rooms();
        case "notification" ->
            new Notification(in.get(TO), CommandReader.notice(in), in.get(Field.ID));
        case "broadcast_notification" ->
            new BroadcastNotification(CommandReader.notice(in), in.get(Field.ID));
        case "ack" -> new InInbox(CommandReader.ack(in));
        case "shown" -> new InInbox(CommandReader.shown(in));
        case "inbox" -> new Inbox(CommandReader.inbox(in));
        case "inbox_read" -> new InInbox(CommandReader.inboxRead(in));
        case "revoke" -> new Revoke(in.require(Field.NOTIFICATION));
        case null, default -> null;
      };
    }

    private static Request join(Fields in) {
      RoomName room = in.require(Field.ROOM);
      String after = in.get(AFTER);
      Long limit = in.get(after == null ? PAGE_LIMIT : MISSED_LIMIT);
      return new Join(room, after, limit == null ? null : Math.toIntExact(limit));
    }

    private Received<Request> notAnObject() {
      return new Received.Refused<>(null, new Refusal(ErrorCode.INVALID, common.notAnObject()));
    }
  }
}
