package dev.tertulia.server.protocol;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.Entry.Urgency;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A field of a request: its name, and what its value must be. Two requests can have different
/// fields of one name. Immutable.
///
/// @param <T> the type of a valid value
public final class Field<T> {
  /// Checks a value.
  ///
  /// @param <T> the type of a valid value
  @FunctionalInterface
  public interface Check<T> {
    /// Returns the valid value; `null` if it is not valid, and then `in` was refused.
    ///
    /// @param value as [Fields] has read it
    @Nullable T check(Object value, String name, Fields in);
  }

  public static final Field<RoomName> ROOM = new Field<>(Name.ROOM, Field::room, RoomName.LOBBY);

  /// An id chosen by the client, for a request that it may repeat.
  public static final Field<String> ID = text(Name.ID, TextRule.ID);

  /// A client that the request is about.
  public static final Field<ClientId> CLIENT = client(Name.CLIENT);

  /// The emoji of a reaction.
  public static final Field<String> EMOJI = new Field<>(Name.EMOJI, Field::emoji, "");

  /// The id that the server gave to the notification that a request is about.
  public static final Field<NotificationId> NOTIFICATION = notificationId(Name.ID);

  /// The name that a client gives to one of its devices.
  public static final Field<String> DEVICE = text(Name.DEVICE, TextRule.ID);

  /// How the names of rooms or clients begin that a request is about.
  public static final Field<String> PREFIX = new Field<>(Name.PREFIX, Field::prefix, "");

  static final Field<String> MESSAGE = text(Name.MESSAGE);
  static final Field<DataValue.Fit> DATA = new Field<>(Name.DATA, Field::data, null);
  static final Field<Urgency> URGENCY = new Field<>(Name.URGENCY, Field::urgency, null);

  private final Name name;
  private final Check<T> check;
  private final @Nullable T standIn;
  private final Function<String, Object> ofText;

  /// @param standIn what [Fields#require] returns for a request that is refused; `null` for a field
  ///   that is never required
  public Field(Name name, Check<T> check, @Nullable T standIn) {
    this(name, check, standIn, text -> text);
  }

  private Field(Name name, Check<T> check, @Nullable T standIn, Function<String, Object> ofText) {
    this.name = name;
    this.check = check;
    this.standIn = standIn;
    this.ofText = ofText;
  }

  public Name name() {
    return name;
  }

  /// The value of its text in an address, as [Fields] would have read it from JSON.
  Object ofText(String text) {
    return ofText.apply(text);
  }

  @Nullable T check(Object value, Fields in) {
    return check.check(value, name.wireName(), in);
  }

  @Nullable T standIn() {
    return standIn;
  }

  /// A text of any length.
  public static Field<String> text(Name name) {
    return new Field<>(name, Field::anyText, "");
  }

  /// A text of bounded length.
  public static Field<String> text(Name name, TextRule rule) {
    return new Field<>(
        name,
        (value, field, in) -> {
          String text = anyText(value, field, in);
          if (text != null && !rule.fits(text)) {
            in.refuse(
                rule.least() == 0
                    ? in.words().tooLong().formatted(field, rule.most())
                    : in.messages().badLength().formatted(field, rule.least(), rule.most()));
            return null;
          }
          return text;
        },
        "");
  }

  /// The id that the server gave to a notification.
  public static Field<NotificationId> notificationId(Name name) {
    return new Field<>(
        name,
        (value, field, in) -> {
          String id = anyText(value, field, in);
          return id == null ? null : notification(id, field, in);
        },
        new NotificationId(TopicName.BROADCASTS, Position.START));
  }

  /// A list of 1 to `most` ids that the server gave to notifications.
  public static Field<List<NotificationId>> notificationIds(Name name, int most) {
    return new Field<>(
        name,
        (value, field, in) -> {
          if (!(value instanceof Fields.Texts list)
              || list.texts().isEmpty()
              || list.texts().size() > most
              || list.texts().contains(null)) {
            in.refuse(in.messages().badIds().formatted(most));
            return null;
          }
          List<NotificationId> ids = new ArrayList<>(list.texts().size());
          for (String text : list.texts()) {
            NotificationId id = text == null ? null : notification(text, field, in);
            if (id == null) {
              return null;
            }
            ids.add(id);
          }
          return List.copyOf(ids);
        },
        List.of());
  }

  /// A position in an inbox.
  public static Field<InboxPosition> inboxPosition(Name name) {
    return new Field<>(
        name,
        (value, field, in) -> {
          String text = anyText(value, field, in);
          InboxPosition position = text == null ? null : InboxPosition.parse(text);
          if (text != null && position == null) {
            in.refuse(in.messages().notPosition().formatted(field));
          }
          return position;
        },
        InboxPosition.START);
  }

  /// The offset of an entry.
  public static Field<Long> offset(Name name) {
    return integer(name, 1, Long.MAX_VALUE);
  }

  /// An integer in a range.
  public static Field<Long> integer(Name name, long least, long most) {
    return new Field<>(
        name,
        (value, field, in) -> {
          if (value instanceof Long number && number >= least && number <= most) {
            return number;
          }
          in.refuse(in.messages().notInteger().formatted(field, least, most));
          return null;
        },
        least,
        Field::integerOf);
  }

  /// An integer of up to 19 digits.
  private static Object integerOf(String text) {
    int first = text.startsWith("-") ? 1 : 0;
    int digits = text.length() - first;
    boolean good =
        digits >= 1 && digits <= 19 && text.chars().skip(first).allMatch(c -> c >= '0' && c <= '9');
    return good ? Fields.integer(text) : Fields.NO_KIND;
  }

  /// The number of things that are asked for, at most `most`.
  public static Field<Long> limit(int most) {
    return integer(Name.LIMIT, 1, most);
  }

  public static Field<Boolean> flag(Name name) {
    return new Field<>(
        name,
        (value, field, in) -> {
          if (value instanceof Boolean flag) {
            return flag;
          }
          in.refuse(in.messages().notBoolean().formatted(field));
          return null;
        },
        null,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> Fields.NO_KIND;
            });
  }

  /// A client, but none of the server's own.
  public static Field<ClientId> client(Name name) {
    return new Field<>(
        name,
        (value, field, in) -> {
          String id = anyText(value, field, in);
          return id == null ? null : client(id, field, in);
        },
        new ClientId("-"));
  }

  /// A list of 1 to `most` clients, each returned once.
  public static Field<List<ClientId>> clients(Name name, int most) {
    return new Field<>(
        name,
        (value, field, in) -> {
          List<ClientId> clients = new ArrayList<>();
          if (value instanceof Fields.Texts list
              && !list.texts().isEmpty()
              && list.texts().size() <= most) {
            for (String id : list.texts()) {
              ClientId client = id == null ? null : client(id, field, in);
              if (client != null) {
                clients.add(client);
              }
            }
            if (clients.size() == list.texts().size()) {
              return clients.stream().distinct().toList();
            }
          }
          in.refuse(in.messages().noClients().formatted(field, most));
          return null;
        },
        List.of());
  }

  static @Nullable String anyText(Object value, String name, Fields in) {
    if (value instanceof String text) {
      return text;
    }
    in.refuse(
        value instanceof Fields.Unfit(String why) && why != null
            ? why
            : in.words().notText().formatted(name));
    return null;
  }

  private static @Nullable NotificationId notification(String text, String name, Fields in) {
    NotificationId id = NotificationId.parse(text);
    if (id == null) {
      in.refuse(in.messages().notNotification().formatted(name));
    }
    return id;
  }

  private static @Nullable ClientId client(String id, String name, Fields in) {
    if (!Identifier.isValid(id)) {
      in.refuse(in.messages().notIdentifier().formatted(name));
      return null;
    }
    ClientId client = new ClientId(id);
    if (client.isReserved()) {
      in.refuse(in.messages().reserved().formatted(id));
      return null;
    }
    return client;
  }

  private static @Nullable RoomName room(Object value, String name, Fields in) {
    String room = anyText(value, name, in);
    if (room != null && !Identifier.isValid(room)) {
      in.refuse(in.messages().notIdentifier().formatted(name));
      return null;
    }
    return room == null ? null : new RoomName(room);
  }

  private static @Nullable String prefix(Object value, String name, Fields in) {
    String prefix = anyText(value, name, in);
    if (prefix != null && !prefix.isEmpty() && !Identifier.isValid(prefix + "x")) {
      in.refuse(in.messages().notIdentifier().formatted(name));
      return null;
    }
    return prefix;
  }

  private static @Nullable String emoji(Object value, String name, Fields in) {
    String emoji = anyText(value, name, in);
    if (emoji != null && !EntryRules.isEmoji(emoji)) {
      in.refuse(in.messages().badEmoji().formatted(EntryRules.MAX_EMOJI_BYTES));
      return null;
    }
    return emoji;
  }

  private static DataValue.@Nullable Fit data(Object value, String name, Fields in) {
    if (value instanceof DataValue.Fit data) {
      return data;
    }
    in.refuse(
        value == DataValue.Unfit.TOO_DEEP
            ? in.messages().tooDeep().formatted(DataValue.MAX_DEPTH)
            : in.words().notUnicode().formatted(name));
    return null;
  }

  private static @Nullable Urgency urgency(Object value, String name, Fields in) {
    String text = anyText(value, name, in);
    Urgency urgency = text == null ? null : Urgency.of(text);
    if (urgency == null) {
      in.refuse(in.messages().badUrgency());
    }
    return urgency;
  }

  /// The names of the fields of requests, over WebSocket and HTTP, but for `ref`, which every
  /// message may have. A name determines how [Fields] reads the value from JSON; what the value
  /// must be is declared by each [Field] of that name.
  public enum Name {
    TYPE,
    ROOM,
    SENDER,
    MESSAGE,
    ID,
    REPLY_TO,
    DATA(Form.DATA),
    TARGET,
    EMOJI,
    REMOVE,
    OFFSET,
    AFTER,
    BEFORE,
    LIMIT,
    DEVICE,
    ROOMS(Form.COMPOSITE),
    INBOX(Form.NULLABLE),
    CLIENT,
    FROM,
    TO(Form.LIST),
    TITLE,
    CATEGORY,
    URGENCY,
    POS,
    UNREAD_ONLY,
    IDS(Form.LIST),
    UP_TO,
    TOKEN,
    NAME,
    SCOPES(Form.LIST),
    EXPIRES,
    TOKEN_ID,
    ISSUER,
    ISSUED_BEFORE,
    FILE,
    PREFIX,
    CODE;

    /// How a value is read.
    enum Form {
      /// A text, an integer or a boolean; `null` is an omitted field.
      SCALAR,

      /// The same, but `null` is a value.
      NULLABLE,

      /// The same, or a list of texts.
      LIST,

      /// The same, or a list of texts, or an object, which is only read when it is needed.
      COMPOSITE,

      /// Any JSON value, including `null`.
      DATA
    }

    private static final Map<String, Name> NAMES =
        Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(Name::wireName, Function.identity()));

    private final String wireName = name().toLowerCase(Locale.ROOT);
    private final Form form;

    Name() {
      this(Form.SCALAR);
    }

    Name(Form form) {
      this.form = form;
    }

    /// The field of that name; `null` if no request has one.
    public static @Nullable Name of(String wireName) {
      return NAMES.get(wireName);
    }

    public String wireName() {
      return wireName;
    }

    /// The index of the field in the array of [Fields].
    @SuppressWarnings("EnumOrdinal") // It is not stored anywhere.
    int slot() {
      return ordinal();
    }

    Form form() {
      return form;
    }

    /// Whether a value can be given in the query of an address.
    public boolean isForQueries() {
      return form != Form.LIST && form != Form.DATA;
    }
  }
}
