package dev.tertulia.server.storage.postgres.outbox;

import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.Entry.Urgency;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.Notice;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A row of the outbox. The functions that add rows have checked most of it; who may change the
/// table could have put anything there, so all of it is checked here.
///
/// @param request the id of the request under which it is published
/// @param target the room, or the client that is notified
/// @param client who sends it
record OutboxRow(
    long id,
    String request,
    int kind,
    String target,
    String client,
    @Nullable String sender,
    String message,
    @Nullable String title,
    @Nullable String data,
    @Nullable String category,
    @Nullable String urgency,
    @Nullable Long replyTo) {
  static final String COLUMNS =
      "id, request, kind, target, client, sender, message, title, data, category, urgency,"
          + " reply_to";

  private static final int MESSAGE = 1;
  private static final int NOTIFICATION = 2;

  /// Reads [#COLUMNS].
  static OutboxRow read(ResultSet row) throws SQLException {
    long replyTo = row.getLong(12);
    boolean replies = !row.wasNull();
    return new OutboxRow(
        row.getLong(1),
        row.getString(2),
        row.getInt(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        row.getString(10),
        row.getString(11),
        replies ? replyTo : null);
  }

  /// Why it can't be published, ever.
  static final class Unfit extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    Unfit(ErrorCode code) {
      super(code.wireName());
      this.code = code;
    }

    ErrorCode code() {
      return code;
    }
  }

  /// Publishes it.
  ///
  /// @throws Unfit if it can't be published as it is
  Appended publish(Rooms rooms, Notifications notifications, Receipt receipt) throws Unfit {
    require(TextRule.ID.fits(request));
    require(sender == null || TextRule.SENDER.fits(sender));
    require(title == null || TextRule.TITLE.fits(title));
    require(category == null || TextRule.CATEGORY.fits(category));
    String value = value();
    ClientId from = client(client);
    return switch (kind) {
      case MESSAGE -> {
        require(replyTo == null || (replyTo > 0 && replyTo <= EntryRules.MAX_OFFSET));
        yield rooms.say(
            from,
            from.value(),
            new RoomCommand.Chat(room(), sender, message, request, replyTo, value),
            receipt);
      }
      case NOTIFICATION ->
          notifications.notify(
              from,
              client(target),
              new Notice(message, title, value, category, parsedUrgency()),
              request,
              receipt);
      default -> throw new Unfit(ErrorCode.INVALID);
    };
  }

  private @Nullable String value() throws Unfit {
    DataValue value = data == null ? null : DataValue.parse(data);
    require(data == null || value instanceof DataValue.Fit);
    DataValue.Fit fit = value instanceof DataValue.Fit it ? it : null;
    if (!EntryRules.isShortEnough(message, fit)) {
      throw new Unfit(ErrorCode.TOO_LARGE);
    }
    return fit == null ? null : fit.json();
  }

  private Urgency parsedUrgency() throws Unfit {
    if (urgency == null) {
      return Urgency.NORMAL;
    }
    try {
      return Urgency.valueOf(urgency.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new Unfit(ErrorCode.INVALID);
    }
  }

  private RoomName room() throws Unfit {
    try {
      return new RoomName(target);
    } catch (IllegalArgumentException e) {
      throw new Unfit(ErrorCode.INVALID);
    }
  }

  private static ClientId client(String text) throws Unfit {
    try {
      ClientId client = new ClientId(text);
      require(!client.isReserved() || client.equals(ClientId.API));
      return client;
    } catch (IllegalArgumentException e) {
      throw new Unfit(ErrorCode.INVALID);
    }
  }

  private static void require(boolean fits) throws Unfit {
    if (!fits) {
      throw new Unfit(ErrorCode.INVALID);
    }
  }
}
