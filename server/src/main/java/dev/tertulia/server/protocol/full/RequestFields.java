package dev.tertulia.server.protocol.full;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.Entry.Urgency;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RefusalMessages;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.model.TextRule;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.full.RawFields.Ids;
import dev.tertulia.server.protocol.full.RawFields.Inbox;
import dev.tertulia.server.protocol.full.RawFields.Rooms;
import dev.tertulia.server.protocol.full.RawFields.Unfit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fields of one request, checked as its type wants them.
///
/// Each check gives something that can be gone on with; the first that failed is in [#problem], and
/// then nothing that was given is of any use.
public final class RequestFields {
  private final RawFields raw;
  private final Language.Words common;
  private final RefusalMessages words;
  private @Nullable Refusal problem;

  public RequestFields(RawFields raw, Language.Words common, RefusalMessages words) {
    this.raw = raw;
    this.common = common;
    this.words = words;
    if (raw.refIsBad()) {
      refuse(words.badRef());
    }
  }

  /// The mark for the reply.
  @Nullable Ref ref() {
    return raw.ref();
  }

  /// Why the request is invalid; `null` while no problem was found.
  public @Nullable Refusal problem() {
    return problem;
  }

  @Nullable String type() {
    return text("type");
  }

  public RoomName room() {
    String name = text("room");
    if (name == null) {
      missing("room");
    } else if (!Identifier.isValid(name)) {
      refuse(words.notIdentifier().formatted("room"));
    } else {
      return new RoomName(name);
    }
    return RoomName.LOBBY;
  }

  List<Request.Resume> roomsToResume() {
    return switch (raw.get("rooms")) {
      case null -> List.of();
      case Rooms rooms -> rooms.list();
      case Unfit unfit -> {
        refuse(unfit.why() == null ? words.badRooms() : unfit.why());
        yield List.of();
      }
      default -> throw new IllegalStateException("rooms");
    };
  }

  @Nullable ClientId to() {
    return client("to");
  }

  public Request.Said said() {
    String title = text("title");
    if (title != null && !TextRule.TITLE.fits(title)) {
      refuse(common.tooLong().formatted("title", TextRule.TITLE.most()));
    }
    String data = data();
    return new Request.Said(
        message(true), title, data, name("category", TextRule.CATEGORY), urgency());
  }

  private Urgency urgency() {
    String name = text("urgency");
    Urgency urgency = name == null ? Urgency.NORMAL : Urgency.of(name);
    if (urgency == null) {
      refuse(words.badUrgency());
      return Urgency.NORMAL;
    }
    return urgency;
  }

  Request.@Nullable ResumeInbox inbox() {
    return switch (raw.get("inbox")) {
      case null -> null;
      case Inbox inbox -> new Request.ResumeInbox(inbox.after());
      case Unfit unfit -> {
        refuse(unfit.why() == null ? words.notPosition().formatted("inbox") : unfit.why());
        yield null;
      }
      default -> throw new IllegalStateException("inbox");
    };
  }

  /// The server's own id of a notification.
  @Nullable String notificationId(String name) {
    String id = text(name);
    if (id != null && !RawFields.isNotificationId(id)) {
      refuse(words.notNotification().formatted(name));
    }
    return id;
  }

  /// The same, which must be there.
  String requiredNotificationId(String name) {
    String id = notificationId(name);
    if (id == null) {
      missing(name);
      return "";
    }
    return id;
  }

  String position() {
    String pos = id("pos");
    if (pos == null) {
      missing("pos");
      return "";
    }
    return pos;
  }

  Request.InboxRead inboxRead() {
    String upTo = notificationId("up_to");
    List<String> ids =
        switch (raw.get("ids")) {
          case null -> List.of();
          case Ids some -> some.list();
          case Unfit unfit -> {
            refuse(words.badIds().formatted(Request.MAX_IDS));
            yield List.of();
          }
          default -> throw new IllegalStateException("ids");
        };
    if (ids.isEmpty() == (upTo == null)) {
      refuse(words.idsOrUpTo());
    }
    return new Request.InboxRead(ids, upTo);
  }

  Request.Inbox inboxPage() {
    String before = notificationId("before");
    String after = notificationId("after");
    if (before != null && after != null) {
      refuse(words.twoDirections());
    }
    Integer limit = limit(Request.MAX_PAGE);
    return new Request.Inbox(
        before, after, limit == null ? Request.PAGE : limit, flag("unread_only"));
  }

  /// A name of the client's own making, for a request or a place that it keeps.
  public @Nullable String id(String name) {
    return name(name, TextRule.ID);
  }

  /// The client's own name for its device.
  @Nullable String device() {
    return name("device", TextRule.DEVICE);
  }

  private @Nullable String name(String field, TextRule rule) {
    String name = text(field);
    if (name != null && !rule.fits(name)) {
      refuse(words.badLength().formatted(field, rule.least(), rule.most()));
    }
    return name;
  }

  /// A client that may be left out.
  ///
  /// @return `null` if it was left out, or may be none, which is a problem then
  public @Nullable ClientId client(String name) {
    String id = text(name);
    return id == null ? null : client(name, id);
  }

  /// The client with that id, which a field has.
  ///
  /// @return `null` if it may be none, which is a problem then
  public @Nullable ClientId client(String name, String id) {
    if (!Identifier.isValid(id)) {
      refuseIdentifier(name);
      return null;
    }
    ClientId client = new ClientId(id);
    if (client.isReserved()) {
      refuse(words.reserved().formatted(id));
      return null;
    }
    return client;
  }

  /// Says that a field breaks the rule of identifiers.
  public void refuseIdentifier(String name) {
    refuse(words.notIdentifier().formatted(name));
  }

  /// A text of any length.
  public @Nullable String plainText(String name) {
    return text(name);
  }

  /// Says that a field is missing, unless something else was said.
  public void requireThere(String name) {
    missing(name);
  }

  public @Nullable String sender() {
    String sender = text("sender");
    if (sender != null && !TextRule.SENDER.fits(sender)) {
      refuse(common.tooLong().formatted("sender", TextRule.SENDER.most()));
    }
    return sender;
  }

  /// The text of a message. It may be omitted if there is `data`.
  ///
  /// @param mayHaveData whether this is a request that has `data`
  public String message(boolean mayHaveData) {
    String message = text("message");
    DataValue.Fit data = mayHaveData && raw.get("data") instanceof DataValue.Fit fit ? fit : null;
    if (message == null && data == null) {
      missing("message");
    }
    String said = message == null ? "" : message;
    if (!EntryRules.isShortEnough(said, data) && problem == null) {
      problem =
          new Refusal(
              ErrorCode.TOO_LARGE, common.tooLarge().formatted(EntryRules.MAX_MESSAGE_BYTES));
    }
    return said;
  }

  public @Nullable String data() {
    return switch (raw.get("data")) {
      case null -> null;
      case DataValue.Fit data -> data.json();
      case Unfit unfit -> {
        refuse(String.valueOf(unfit.why()));
        yield null;
      }
      default -> throw new IllegalStateException("data");
    };
  }

  String emoji() {
    String emoji = text("emoji");
    if (emoji == null) {
      missing("emoji");
      return "";
    }
    if (!EntryRules.isEmoji(emoji)) {
      refuse(words.badEmoji().formatted(EntryRules.MAX_EMOJI_BYTES));
    }
    return emoji;
  }

  boolean flag(String name) {
    return switch (raw.get(name)) {
      case null -> false;
      case Boolean flag -> flag;
      default -> {
        refuse(words.notBoolean().formatted(name));
        yield false;
      }
    };
  }

  /// An offset that must be there.
  long offset(String name) {
    Long offset = integer(name, 1, Long.MAX_VALUE);
    if (offset == null) {
      missing(name);
      return 1;
    }
    return offset;
  }

  public @Nullable Integer limit(int most) {
    Long limit = integer("limit", 1, most);
    return limit == null ? null : Math.toIntExact(limit);
  }

  public Request.Window window() {
    // After 0 is everything.
    Long after = integer("after", 0, Long.MAX_VALUE);
    Long before = integer("before", 1, Long.MAX_VALUE);
    if (after != null && before != null) {
      refuse(words.twoDirections());
    }
    return after != null
        ? new Request.Window.After(after)
        : new Request.Window.Before(before == null ? Long.MAX_VALUE : before);
  }

  /// An integer within bounds.
  ///
  /// @return `null` if it was omitted, or if it is not such an integer, which is a problem then
  public @Nullable Long integer(String name, long least, long most) {
    Object value = raw.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Long number && number >= least && number <= most) {
      return number;
    }
    refuse(words.notInteger().formatted(name, least, most));
    return null;
  }

  private @Nullable String text(String name) {
    return switch (raw.get(name)) {
      case null -> null;
      case String text -> text;
      case Unfit unfit when unfit.why() != null -> {
        refuse(unfit.why());
        yield null;
      }
      default -> {
        refuse(common.notText().formatted(name));
        yield null;
      }
    };
  }

  private void missing(String name) {
    refuse(words.missing().formatted(name));
  }

  private void refuse(String why) {
    if (problem == null) {
      problem = new Refusal(ErrorCode.INVALID, why);
    }
  }
}
