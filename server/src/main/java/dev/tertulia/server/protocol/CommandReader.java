package dev.tertulia.server.protocol;

import dev.tertulia.server.chat.HistoryQuery;
import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.Entry.Urgency;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.InboxCommand;
import dev.tertulia.server.notification.InboxQuery;
import dev.tertulia.server.notification.Notice;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.topic.InboxPosition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the requests that the full protocol and the HTTP API have in common. If [Fields#problem]
/// is set afterwards, the result is of no use.
public final class CommandReader {
  private static final Field<String> SENDER = Field.text(Name.SENDER, TextRule.SENDER);
  private static final Field<Long> REPLY_TO = Field.offset(Name.REPLY_TO);
  private static final Field<String> TITLE = Field.text(Name.TITLE, TextRule.TITLE);
  private static final Field<String> CATEGORY = Field.text(Name.CATEGORY, TextRule.CATEGORY);

  /// After 0 is everything.
  private static final Field<Long> AFTER = Field.integer(Name.AFTER, 0, Long.MAX_VALUE);

  private static final Field<Long> BEFORE = Field.offset(Name.BEFORE);
  private static final Field<Long> LIMIT = Field.limit(HistoryQuery.MAX_LIMIT);

  private static final Field<Long> TARGET = Field.offset(Name.TARGET);
  private static final Field<Long> OFFSET = Field.offset(Name.OFFSET);
  private static final Field<Boolean> REMOVE = Field.flag(Name.REMOVE);
  private static final Field<NotificationId> BEFORE_NOTIFICATION =
      Field.notificationId(Name.BEFORE);
  private static final Field<NotificationId> AFTER_NOTIFICATION = Field.notificationId(Name.AFTER);
  private static final Field<Boolean> UNREAD_ONLY = Field.flag(Name.UNREAD_ONLY);
  private static final Field<NotificationId> UP_TO = Field.notificationId(Name.UP_TO);
  private static final Field<List<NotificationId>> IDS =
      Field.notificationIds(Name.IDS, EntryRules.MAX_READ_IDS);
  private static final Field<InboxPosition> POS = Field.inboxPosition(Name.POS);

  /// The fields of [#chat], without the room.
  public static final List<Field<?>> CHAT =
      List.of(SENDER, Field.MESSAGE, Field.ID, REPLY_TO, Field.DATA);

  /// The fields of [#notice].
  public static final List<Field<?>> NOTICE =
      List.of(TITLE, Field.MESSAGE, Field.DATA, CATEGORY, Field.URGENCY);

  /// The fields of [#history], without the room.
  public static final List<Field<?>> HISTORY = List.of(BEFORE, AFTER, LIMIT);

  /// The fields of [#edit], without the room.
  public static final List<Field<?>> EDIT = List.of(TARGET, Field.MESSAGE, Field.ID);

  /// The fields of [#delete], without the room.
  public static final List<Field<?>> DELETE = List.of(TARGET, Field.ID);

  /// The fields of [#react], without the room.
  public static final List<Field<?>> REACT = List.of(TARGET, Field.EMOJI, REMOVE, Field.ID);

  /// The fields of [#typing], without the room.
  public static final List<Field<?>> TYPING = List.of(SENDER);

  /// The fields of [#read], without the room.
  public static final List<Field<?>> READ = List.of(OFFSET);

  /// The fields of [#inbox].
  public static final List<Field<?>> INBOX =
      List.of(BEFORE_NOTIFICATION, AFTER_NOTIFICATION, LIMIT, UNREAD_ONLY);

  /// The fields of [#inboxRead].
  public static final List<Field<?>> INBOX_READ = List.of(IDS, UP_TO);

  /// The fields of [#ack].
  public static final List<Field<?>> ACK = List.of(POS);

  /// The fields of [#shown].
  public static final List<Field<?>> SHOWN = List.of(Field.NOTIFICATION);

  private CommandReader() {}

  /// Reads a message to a room.
  public static RoomCommand.Chat chat(Fields in) {
    RoomName room = in.require(Field.ROOM);
    String sender = in.get(SENDER);
    DataValue.Fit data = in.get(Field.DATA);
    String message = message(in, data);
    return new RoomCommand.Chat(
        room, sender, message, in.get(Field.ID), in.get(REPLY_TO), json(data));
  }

  /// Reads the new text of a message.
  public static RoomCommand.Edit edit(Fields in) {
    return new RoomCommand.Edit(
        in.require(Field.ROOM), in.require(TARGET), message(in, null), in.get(Field.ID));
  }

  /// Reads which message is deleted.
  public static RoomCommand.Delete delete(Fields in) {
    return new RoomCommand.Delete(in.require(Field.ROOM), in.require(TARGET), in.get(Field.ID));
  }

  /// Reads a reaction to a message.
  public static RoomCommand.React react(Fields in) {
    return new RoomCommand.React(
        in.require(Field.ROOM),
        in.require(TARGET),
        in.require(Field.EMOJI),
        Boolean.TRUE.equals(in.get(REMOVE)),
        in.get(Field.ID));
  }

  /// Reads up to where a client has read.
  public static RoomCommand.Read read(Fields in) {
    return new RoomCommand.Read(in.require(Field.ROOM), in.require(OFFSET));
  }

  /// Reads that a client is typing.
  public static RoomCommand.Typing typing(Fields in) {
    return new RoomCommand.Typing(in.require(Field.ROOM), in.get(SENDER));
  }

  /// Reads the content of a notification.
  public static Notice notice(Fields in) {
    String title = in.get(TITLE);
    DataValue.Fit data = in.get(Field.DATA);
    String message = message(in, data);
    String category = in.get(CATEGORY);
    Urgency urgency = in.get(Field.URGENCY);
    return new Notice(
        message, title, json(data), category, urgency == null ? Urgency.NORMAL : urgency);
  }

  /// Reads which page of the messages of a room is requested.
  public static HistoryQuery history(Fields in) {
    RoomName room = in.require(Field.ROOM);
    Long after = in.get(AFTER);
    Long before = in.get(BEFORE);
    if (after != null && before != null) {
      in.refuse(in.messages().twoDirections());
    }
    HistoryQuery.Window window =
        after != null
            ? new HistoryQuery.Window.After(after)
            : new HistoryQuery.Window.Before(before == null ? Long.MAX_VALUE : before);
    return new HistoryQuery(room, window, in.get(LIMIT, HistoryQuery.DEFAULT_LIMIT));
  }

  /// Reads which page of an inbox is requested.
  public static InboxQuery inbox(Fields in) {
    NotificationId before = in.get(BEFORE_NOTIFICATION);
    NotificationId after = in.get(AFTER_NOTIFICATION);
    if (before != null && after != null) {
      in.refuse(in.messages().twoDirections());
    }
    int limit = in.get(LIMIT, HistoryQuery.DEFAULT_LIMIT);
    return new InboxQuery(before, after, limit, Boolean.TRUE.equals(in.get(UNREAD_ONLY)));
  }

  /// Reads which notifications a client has read.
  public static InboxCommand.Read inboxRead(Fields in) {
    NotificationId upTo = in.get(UP_TO);
    List<NotificationId> ids = in.get(IDS);
    if ((ids == null) == (upTo == null)) {
      in.refuse(in.messages().idsOrUpTo());
    }
    return new InboxCommand.Read(ids == null ? List.of() : ids, upTo);
  }

  /// Reads up to where a device has everything.
  public static InboxCommand.Ack ack(Fields in) {
    return new InboxCommand.Ack(in.require(POS));
  }

  /// Reads which notification a device has shown.
  public static InboxCommand.Shown shown(Fields in) {
    return new InboxCommand.Shown(in.require(Field.NOTIFICATION));
  }

  /// Reads a `message`, which may be omitted if there is `data`.
  private static String message(Fields in, DataValue.@Nullable Fit data) {
    String message = in.get(Field.MESSAGE);
    if (message == null && data == null) {
      in.missing(Field.MESSAGE);
    }
    String text = message == null ? "" : message;
    if (!EntryRules.isShortEnough(text, data)) {
      in.refuse(
          new Refusal(
              ErrorCode.TOO_LARGE, in.words().tooLarge().formatted(EntryRules.MAX_MESSAGE_BYTES)));
    }
    return text;
  }

  private static @Nullable String json(DataValue.@Nullable Fit data) {
    return data == null ? null : data.json();
  }
}
