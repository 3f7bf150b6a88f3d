package dev.tertulia.server.protocol.full;

import dev.tertulia.server.chat.HistoryQuery;
import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RefusalMessages;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.Notice;
import dev.tertulia.server.protocol.CommandReader;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.Received;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

/// A valid request of a client of the full protocol, and how it is read. A `null` is an omitted
/// field.
public sealed interface Request {
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
  record Hello(@Nullable String device, List<Resume> rooms, @Nullable ResumeInbox inbox)
      implements Request {
    public Hello {
      rooms = List.copyOf(rooms);
    }

    public Hello(@Nullable String device, List<Resume> rooms) {
      this(device, rooms, null);
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
  record InRoom(RoomCommand command) implements Request {}

  /// Requests a page of messages in their current state.
  record History(HistoryQuery query) implements Request {}

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

  /// Reports that this device has everything up to a position.
  ///
  /// @param pos a position as text, not validated
  record Ack(String pos) implements Request {}

  /// Reports that this device has shown a notification to a person.
  ///
  /// @param id the id assigned by the server, not validated
  record Shown(String id) implements Request {}

  /// Requests a page of the inbox.
  ///
  /// @param before the id of a notification, not validated; `after` likewise, but not both. Both
  ///   `null` for the newest
  record Inbox(@Nullable String before, @Nullable String after, int limit, boolean unreadOnly)
      implements Request {}

  /// Marks notifications as read.
  ///
  /// @param ids the ids assigned by the server, not validated; empty if `upTo` is set
  /// @param upTo the last of all notifications read up to it
  record InboxRead(List<String> ids, @Nullable String upTo) implements Request {
    public InboxRead {
      ids = List.copyOf(ids);
    }
  }

  /// Revokes a notification that the client has sent.
  ///
  /// @param id the id assigned by the server, not validated
  record Revoke(String id) implements Request {}

  /// Decodes messages of clients of the full protocol: from UTF-8 to a [Request] or a [Refusal],
  /// never an exception.
  ///
  /// A refusal has the `ref` of the request, wherever it stands in the message, unless the text is
  /// not a JSON object or the `ref` itself is invalid. If the JSON exceeds the limits of
  /// [JsonText], the `ref` must come before. Fields that a request does not have may have any JSON
  /// value up to a depth of 500. Safe for any thread.
  final class Reader {
    private static final Field<String> TYPE = Field.text(Name.TYPE);
    private static final Field<Long> TARGET = Field.offset(Name.TARGET);
    private static final Field<Long> OFFSET = Field.offset(Name.OFFSET);
    private static final Field<Boolean> REMOVE = Field.flag(Name.REMOVE);
    private static final Field<String> AFTER = Field.text(Name.AFTER, TextRule.ID);
    private static final Field<Long> PAGE_LIMIT = Field.limit(MAX_PAGE);
    private static final Field<Long> MISSED_LIMIT = Field.limit(MAX_MISSED);
    private static final Field<ClientId> TO = Field.client(Name.TO);
    private static final Field<String> POS = Field.text(Name.POS, TextRule.ID);
    private static final Field<String> NOTIFICATION = Field.notificationId(Name.ID);
    private static final Field<String> BEFORE_NOTIFICATION = Field.notificationId(Name.BEFORE);
    private static final Field<String> AFTER_NOTIFICATION = Field.notificationId(Name.AFTER);
    private static final Field<Boolean> UNREAD_ONLY = Field.flag(Name.UNREAD_ONLY);
    private static final Field<String> UP_TO = Field.notificationId(Name.UP_TO);
    private static final Field<List<String>> IDS = new Field<>(Name.IDS, Reader::ids, null);

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
        case "edit" -> new InRoom(edit(in));
        case "delete" ->
            new InRoom(
                new RoomCommand.Delete(
                    in.require(Field.ROOM), in.require(TARGET), in.get(Field.ID)));
        case "react" -> new InRoom(react(in));
        case "typing" -> new InRoom(CommandReader.typing(in));
        case "read" -> new InRoom(new RoomCommand.Read(in.require(Field.ROOM), in.require(OFFSET)));
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
        case "ack" -> new Ack(in.require(POS));
        case "shown" -> new Shown(in.require(NOTIFICATION));
        case "inbox" -> inbox(in);
        case "inbox_read" -> inboxRead(in);
        case "revoke" -> new Revoke(in.require(NOTIFICATION));
        case null, default -> null;
      };
    }

    private static RoomCommand.Edit edit(Fields in) {
      return new RoomCommand.Edit(
          in.require(Field.ROOM),
          in.require(TARGET),
          CommandReader.message(in, null),
          in.get(Field.ID));
    }

    private static RoomCommand.React react(Fields in) {
      return new RoomCommand.React(
          in.require(Field.ROOM),
          in.require(TARGET),
          in.require(Field.EMOJI),
          Boolean.TRUE.equals(in.get(REMOVE)),
          in.get(Field.ID));
    }

    private static Request join(Fields in) {
      RoomName room = in.require(Field.ROOM);
      String after = in.get(AFTER);
      Long limit = in.get(after == null ? PAGE_LIMIT : MISSED_LIMIT);
      return new Join(room, after, limit == null ? null : Math.toIntExact(limit));
    }

    private static Request inbox(Fields in) {
      String before = in.get(BEFORE_NOTIFICATION);
      String after = in.get(AFTER_NOTIFICATION);
      if (before != null && after != null) {
        in.refuse(in.messages().twoDirections());
      }
      int limit = in.get(PAGE_LIMIT, PAGE);
      return new Inbox(before, after, limit, Boolean.TRUE.equals(in.get(UNREAD_ONLY)));
    }

    private static Request inboxRead(Fields in) {
      String upTo = in.get(UP_TO);
      List<String> ids = in.get(IDS);
      if ((ids == null) == (upTo == null)) {
        in.refuse(in.messages().idsOrUpTo());
      }
      return new InboxRead(ids == null ? List.of() : ids, upTo);
    }

    private static @Nullable List<String> ids(Object value, String name, Fields in) {
      if (value instanceof Fields.Texts list
          && !list.texts().isEmpty()
          && list.texts().size() <= EntryRules.MAX_READ_IDS
          && list.texts().stream().allMatch(id -> id != null && Field.mayBeNotificationId(id))) {
        return list.texts().stream().map(Objects::requireNonNull).toList();
      }
      in.refuse(in.messages().badIds().formatted(EntryRules.MAX_READ_IDS));
      return null;
    }

    private Received<Request> notAnObject() {
      return new Received.Refused<>(null, new Refusal(ErrorCode.INVALID, common.notAnObject()));
    }
  }
}
