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
import dev.tertulia.server.notification.Notice;
import dev.tertulia.server.protocol.Field.Name;
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

  /// The fields of [#chat], without the room.
  public static final List<Field<?>> CHAT =
      List.of(SENDER, Field.MESSAGE, Field.ID, REPLY_TO, Field.DATA);

  /// The fields of [#notice].
  public static final List<Field<?>> NOTICE =
      List.of(TITLE, Field.MESSAGE, Field.DATA, CATEGORY, Field.URGENCY);

  /// The fields of [#history], without the room.
  public static final List<Field<?>> HISTORY = List.of(BEFORE, AFTER, LIMIT);

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

  /// Reads a `message`, which may be omitted if there is `data`.
  public static String message(Fields in, DataValue.@Nullable Fit data) {
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
