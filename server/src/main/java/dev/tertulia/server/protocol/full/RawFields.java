package dev.tertulia.server.protocol.full;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RefusalMessages;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.model.TextRule;
import dev.tertulia.server.protocol.Ref;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The fields of one object that a request of some type has, as they come, whatever its own type.
///
/// Of a duplicate field the last value counts. `null` counts as omitted, except in `data`. Nothing
/// is refused here: a value of an unexpected kind is kept as [Unfit], because the request may not
/// have this field at all.
public final class RawFields {
  /// The fields that any request has, but for `ref`.
  public static final Set<String> KNOWN =
      Set.of(
          "type",
          "device",
          "rooms",
          "room",
          "after",
          "before",
          "limit",
          "sender",
          "message",
          "id",
          "reply_to",
          "data",
          "target",
          "emoji",
          "remove",
          "offset",
          "inbox",
          "to",
          "title",
          "category",
          "urgency",
          "pos",
          "unread_only",
          "ids",
          "up_to");

  /// What a field holds that is not of any kind that a request has, with the reason if there is a
  /// better one than that.
  record Unfit(@Nullable String why) {}

  record Rooms(List<Request.Resume> list) {}

  /// A list of texts.
  ///
  /// @param list texts, and [Unfit] for an element of another type
  public record Texts(List<Object> list) {}

  record Inbox(@Nullable String after) {}

  record Ids(List<String> list) {}

  public static final Unfit OF_NO_KIND = new Unfit(null);

  private final Map<String, Object> values = new HashMap<>();
  private final Language.Words common;
  private final RefusalMessages words;
  private final Set<String> known;
  private final Set<String> lists;
  private @Nullable Ref ref;
  private boolean refIsBad;
  private @Nullable String unknown;
  private @Nullable String repeated;

  RawFields(Language.Words common, RefusalMessages words) {
    this(common, words, KNOWN, Set.of());
  }

  /// @param known the fields that there are, but for `ref`
  /// @param lists those of them that are lists of texts
  public RawFields(
      Language.Words common, RefusalMessages words, Set<String> known, Set<String> lists) {
    this.common = common;
    this.words = words;
    this.known = known;
    this.lists = lists;
  }

  /// Has a field, as if it had stood in the object.
  ///
  /// @return `false` if it is there already
  public boolean put(String name, Object value) {
    return values.putIfAbsent(name, value) == null;
  }

  /// The first unknown field; `null` if there is none.
  public @Nullable String unknown() {
    return unknown;
  }

  /// A duplicate field; `null` if there is none.
  public @Nullable String repeated() {
    return repeated;
  }

  /// Reads all fields, from behind the brace that begins the object.
  ///
  /// @param text what `parser` reads, from `start` on
  public void read(JsonParser parser, byte[] text, int start) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (name.equals("ref") && !known.contains("ref")) {
        readRef(parser, token);
        unknown = unknown == null ? name : unknown;
      } else if (!known.contains(name)) {
        parser.skipChildren();
        unknown = unknown == null ? name : unknown;
      } else {
        repeated = values.containsKey(name) ? name : repeated;
        Object value =
            switch (name) {
              case "data" -> data(parser, text, start);
              case "rooms" -> rooms(parser, token);
              case "inbox" -> inbox(parser, token);
              case "ids" -> ids(parser, token);
              default ->
                  lists.contains(name) ? list(parser, token, name) : value(parser, token, name);
            };
        if (value == null) {
          values.remove(name);
        } else {
          values.put(name, value);
        }
      }
    }
  }

  /// A text, a `Long`, a `Boolean`, [DataValue.Fit], `Rooms`, [Inbox], [Ids] or [Unfit]; `null` if
  /// it was left out.
  public @Nullable Object get(String name) {
    return values.get(name);
  }

  /// The mark for the reply; `null` if there is none, or none that is good.
  @Nullable Ref ref() {
    return ref;
  }

  /// Whether there is a mark that is not good.
  boolean refIsBad() {
    return refIsBad;
  }

  private void readRef(JsonParser parser, JsonToken token) {
    ref = null;
    refIsBad = false;
    switch (token) {
      case VALUE_NULL -> {}
      case VALUE_STRING -> {
        String text = parser.getString();
        refIsBad = !JsonText.isUnicode(text) || JsonText.length(text) > Ref.MAX_LENGTH;
        ref = refIsBad ? null : Ref.of(text);
      }
      case VALUE_NUMBER_INT -> {
        String digits = parser.getString();
        refIsBad = digits.length() > Ref.MAX_LENGTH;
        ref = refIsBad ? null : new Ref(digits);
      }
      default -> {
        parser.skipChildren();
        refIsBad = true;
      }
    }
  }

  private @Nullable Object value(JsonParser parser, JsonToken token, String name) {
    return switch (token) {
      case VALUE_NULL -> null;
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_STRING -> {
        String text = parser.getString();
        String problem = common.problemWith(name, text);
        yield problem == null ? text : new Unfit(problem);
      }
      case VALUE_NUMBER_INT -> integer(parser.getString());
      default -> {
        parser.skipChildren();
        yield OF_NO_KIND;
      }
    };
  }

  /// Texts, each [Unfit] if it is none.
  private @Nullable Object list(JsonParser parser, JsonToken token, String name) {
    if (token != JsonToken.START_ARRAY) {
      return value(parser, token, name);
    }
    List<Object> texts = new ArrayList<>();
    JsonToken next = parser.nextToken();
    while (next != JsonToken.END_ARRAY) {
      Object value = value(parser, next, name);
      texts.add(value instanceof String text ? text : OF_NO_KIND);
      next = parser.nextToken();
    }
    return new Texts(texts);
  }

  private static Object integer(String digits) {
    try {
      return digits.length() > 20 ? OF_NO_KIND : Long.valueOf(digits);
    } catch (NumberFormatException outOfRange) {
      return OF_NO_KIND;
    }
  }

  private @Nullable Object rooms(JsonParser parser, JsonToken token) {
    if (token != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return token == JsonToken.VALUE_NULL ? null : OF_NO_KIND;
    }
    Map<String, Request.Resume> rooms = new LinkedHashMap<>();
    Unfit unfit = null;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String room = parser.currentName();
      Object after = value(parser, parser.nextToken(), "rooms");
      if (unfit != null) {
        continue;
      }
      if (!Identifier.isValid(room)) {
        unfit = new Unfit(words.notIdentifier().formatted("rooms"));
      } else if (after instanceof Unfit wrong) {
        unfit = wrong;
      } else if (after == null || (after instanceof String text && isPosition(text))) {
        rooms.put(room, new Request.Resume(new RoomName(room), (String) after));
        unfit =
            rooms.size() > Request.MAX_ROOMS
                ? new Unfit(words.tooManyRooms().formatted(Request.MAX_ROOMS))
                : null;
      } else {
        unfit = OF_NO_KIND;
      }
    }
    return unfit == null ? new Rooms(new ArrayList<>(rooms.values())) : unfit;
  }

  /// Here `null` says something: that one is nowhere yet.
  private Object inbox(JsonParser parser, JsonToken token) {
    Object after = value(parser, token, "inbox");
    if (after == null) {
      return new Inbox(null);
    }
    if (after instanceof String text && isPosition(text)) {
      return new Inbox(text);
    }
    return after instanceof Unfit unfit ? unfit : OF_NO_KIND;
  }

  private @Nullable Object ids(JsonParser parser, JsonToken token) {
    if (token != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return token == JsonToken.VALUE_NULL ? null : OF_NO_KIND;
    }
    List<String> ids = new ArrayList<>();
    Unfit unfit = null;
    for (JsonToken next = parser.nextToken();
        next != JsonToken.END_ARRAY;
        next = parser.nextToken()) {
      Object id = value(parser, next, "ids");
      if (id instanceof String text && isNotificationId(text) && ids.size() < Request.MAX_IDS) {
        ids.add(text);
      } else {
        unfit = OF_NO_KIND;
      }
    }
    return unfit == null && !ids.isEmpty() ? new Ids(ids) : OF_NO_KIND;
  }

  static boolean isNotificationId(String text) {
    return !text.isEmpty() && text.length() <= Request.MAX_NOTIFICATION_ID;
  }

  private static boolean isPosition(String text) {
    return TextRule.ID.fits(text);
  }

  /// Passes over a value, and keeps it as it stands.
  private Object data(JsonParser parser, byte[] text, int start) {
    return switch (DataValue.read(parser, text, start)) {
      case DataValue.Fit fit -> fit;
      case DataValue.Unfit.NOT_UNICODE -> new Unfit(common.notUnicode().formatted("data"));
      case DataValue.Unfit.TOO_DEEP -> new Unfit(words.tooDeep().formatted(DataValue.MAX_DEPTH));
    };
  }
}
