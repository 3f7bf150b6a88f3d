package dev.tertulia.server.protocol.full;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RefusalMessages;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

/// Reads what clients of the full protocol send: UTF-8 text to a [Request] or a [Refusal], and
/// never an exception.
///
/// A refusal contains the `ref` of the request, wherever that stands in it, unless the text is not
/// a JSON object or the `ref` is invalid; for JSON beyond the limits of [JsonText], only if the
/// `ref` comes before that. Fields that a request does not have may contain any JSON up to a depth
/// of 500. Safe for any thread.
public final class RequestReader {
  private final Language.Words common;
  private final RefusalMessages words;

  public RequestReader(Language language) {
    common = language.words();
    words = RefusalMessages.of(language);
  }

  /// Reads one message.
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
    RawFields raw = new RawFields(common, words);
    try {
      raw.read(parser, text, offset);
      return parser.nextToken() == null
          ? check(new RequestFields(raw, common, words))
          : notAnObject();
    } catch (StreamConstraintsException e) {
      String why = common.problemWith(JsonText.fieldOf(parser), e);
      return new Received.Refused<>(raw.ref(), new Refusal(ErrorCode.INVALID, why));
    }
  }

  private Received<Request> check(RequestFields fields) {
    String type = fields.type();
    Request request = fields.problem() == null ? request(type, fields) : null;
    if (fields.problem() != null) {
      return new Received.Refused<>(fields.ref(), fields.problem());
    }
    return request == null
        ? new Received.Refused<>(
            fields.ref(), new Refusal(ErrorCode.UNKNOWN_TYPE, common.unknownType()))
        : new Received.Ok<>(fields.ref(), request);
  }

  /// @return meaningless if `fields` has a problem; `null` if the type is unknown
  private static @Nullable Request request(@Nullable String type, RequestFields fields) {
    return switch (type) {
      case "hello" -> new Request.Hello(fields.device(), fields.roomsToResume(), fields.inbox());
      case "ping" -> new Request.Ping();
      case "join" -> join(fields);
      case "leave" -> new Request.Leave(fields.room());
      case "chat" -> chat(fields);
      case "edit" ->
          new Request.Edit(
              fields.room(), fields.offset("target"), fields.message(false), fields.id("id"));
      case "delete" -> new Request.Delete(fields.room(), fields.offset("target"), fields.id("id"));
      case "react" ->
          new Request.React(
              fields.room(),
              fields.offset("target"),
              fields.emoji(),
              fields.flag("remove"),
              fields.id("id"));
      case "typing" -> new Request.Typing(fields.room(), fields.sender());
      case "read" -> new Request.Read(fields.room(), fields.offset("offset"));
      case "history" -> history(fields);
      case "presence" -> new Request.Presence(fields.room());
      case "rooms" -> new Request.Rooms();
      case "notification" -> new Request.Notification(fields.to(), fields.said(), fields.id("id"));
      case "broadcast_notification" ->
          new Request.BroadcastNotification(fields.said(), fields.id("id"));
      case "ack" -> new Request.Ack(fields.position());
      case "shown" -> new Request.Shown(fields.requiredNotificationId("id"));
      case "inbox" -> fields.inboxPage();
      case "inbox_read" -> fields.inboxRead();
      case "revoke" -> new Request.Revoke(fields.requiredNotificationId("id"));
      case null, default -> null;
    };
  }

  private static Request join(RequestFields fields) {
    RoomName room = fields.room();
    String after = fields.id("after");
    return new Request.Join(
        room, after, fields.limit(after == null ? Request.MAX_PAGE : Request.MAX_MISSED));
  }

  private static Request chat(RequestFields fields) {
    RoomName room = fields.room();
    String sender = fields.sender();
    String data = fields.data();
    return new Request.Chat(
        room,
        sender,
        fields.message(true),
        fields.id("id"),
        fields.integer("reply_to", 1, Long.MAX_VALUE),
        data);
  }

  private static Request history(RequestFields fields) {
    RoomName room = fields.room();
    Request.Window window = fields.window();
    Integer limit = fields.limit(Request.MAX_PAGE);
    return new Request.History(room, window, limit == null ? Request.PAGE : limit);
  }

  private Received<Request> notAnObject() {
    return new Received.Refused<>(null, new Refusal(ErrorCode.INVALID, common.notAnObject()));
  }
}
