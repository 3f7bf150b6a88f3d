package dev.tertulia.server.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The fields of one request: read first, whatever its type, and then checked as that wants them.
///
/// Of a field that comes twice the last counts. `null` is as left out, but in `data`. Each check
/// gives something that can be gone on with; the first that failed is in [#problem], and then
/// nothing that was given is of any use.
final class RequestFields {
  private static final Set<String> KNOWN =
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
          "offset");

  /// What a field holds that is not of any kind that a request has, with the reason if there is a
  /// better one than that.
  private record Unfit(@Nullable String why) {}

  private record Data(String json, int bytes) {}

  private record Rooms(List<Request.Resume> list) {}

  private static final Unfit OF_NO_KIND = new Unfit(null);

  private final Map<String, Object> values = new HashMap<>();
  private final Language.Words common;
  private final RequestWords words;
  private @Nullable Ref ref;
  private boolean refIsBad;
  private @Nullable Refusal problem;

  RequestFields(Language.Words common, RequestWords words) {
    this.common = common;
    this.words = words;
  }

  /// Reads all fields, from behind the brace that begins the object.
  ///
  /// @param text what `parser` reads, from `start` on
  void read(JsonParser parser, byte[] text, int start) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (name.equals("ref")) {
        readRef(parser, token);
      } else if (!KNOWN.contains(name)) {
        parser.skipChildren();
      } else {
        Object value =
            switch (name) {
              case "data" -> data(parser, text, start);
              case "rooms" -> rooms(parser, token);
              default -> value(parser, token, name);
            };
        if (value == null) {
          values.remove(name);
        } else {
          values.put(name, value);
        }
      }
    }
    if (refIsBad) {
      ref = null;
      refuse(words.badRef());
    }
  }

  /// The mark for the reply.
  @Nullable Ref ref() {
    return ref;
  }

  /// Why this is no request; `null` while nothing was found.
  @Nullable Refusal problem() {
    return problem;
  }

  @Nullable String type() {
    return text("type");
  }

  RoomName room() {
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
    return switch (values.get("rooms")) {
      case null -> List.of();
      case Rooms rooms -> rooms.list();
      case Unfit unfit -> {
        refuse(unfit.why() == null ? words.badRooms() : unfit.why());
        yield List.of();
      }
      default -> throw new IllegalStateException("rooms");
    };
  }

  /// A name of the client's own making, for a request, a device or a place that it keeps.
  @Nullable String id(String name) {
    String id = text(name);
    if (id != null && (id.isEmpty() || JsonText.length(id) > Request.MAX_ID_LENGTH)) {
      refuse(words.badLength().formatted(name, 1, Request.MAX_ID_LENGTH));
    }
    return id;
  }

  @Nullable String sender() {
    String sender = text("sender");
    if (sender != null && JsonText.length(sender) > ClientMessage.MAX_SENDER_LENGTH) {
      refuse(common.tooLong().formatted("sender", ClientMessage.MAX_SENDER_LENGTH));
    }
    return sender;
  }

  /// What is said. It may be left out if there is `data`.
  ///
  /// @param mayHaveData whether this is a request that has `data`
  String message(boolean mayHaveData) {
    String message = text("message");
    Data data = mayHaveData && values.get("data") instanceof Data some ? some : null;
    if (message == null && data == null) {
      missing("message");
    }
    String said = message == null ? "" : message;
    int bytes = JsonText.utf8Length(said) + (data == null ? 0 : data.bytes());
    if (bytes > ClientMessage.MAX_MESSAGE_BYTES && problem == null) {
      problem =
          new Refusal(
              ErrorCode.TOO_LARGE, common.tooLarge().formatted(ClientMessage.MAX_MESSAGE_BYTES));
    }
    return said;
  }

  @Nullable String data() {
    return switch (values.get("data")) {
      case null -> null;
      case Data data -> data.json();
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
    if (emoji.isEmpty() || JsonText.utf8Length(emoji) > Request.MAX_EMOJI_BYTES) {
      refuse(words.badEmoji().formatted(Request.MAX_EMOJI_BYTES));
    }
    return emoji;
  }

  boolean flag(String name) {
    return switch (values.get(name)) {
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

  @Nullable Integer limit(int most) {
    Long limit = integer("limit", 1, most);
    return limit == null ? null : Math.toIntExact(limit);
  }

  Request.Window window() {
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
  /// @return `null` if it was left out, or if it is no such integer, which is a problem then
  @Nullable Long integer(String name, long least, long most) {
    Object value = values.get(name);
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
    return switch (values.get(name)) {
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
        yield JsonText.isUnicode(text) ? text : new Unfit(common.notUnicode().formatted(name));
      }
      case VALUE_NUMBER_INT -> integer(parser.getString());
      default -> {
        parser.skipChildren();
        yield OF_NO_KIND;
      }
    };
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

  private static boolean isPosition(String text) {
    return !text.isEmpty() && JsonText.length(text) <= Request.MAX_ID_LENGTH;
  }

  /// Passes over a value, and keeps it as it stands. Names with half of a surrogate pair are not even
  /// JSON to the parser.
  private Object data(JsonParser parser, byte[] text, int start) {
    int begin = start + (int) parser.currentTokenLocation().getByteOffset();
    boolean unicode = true;
    int depth = 0;
    int deepest = 0;
    JsonToken token = parser.currentToken();
    while (true) {
      if (token.isStructStart()) {
        depth++;
        deepest = Math.max(deepest, depth);
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.VALUE_STRING) {
        unicode &= JsonText.isUnicode(parser.getString());
      }
      if (depth == 0) {
        break;
      }
      token = parser.nextToken();
    }
    if (!unicode) {
      return new Unfit(common.notUnicode().formatted("data"));
    }
    if (deepest > Request.MAX_DATA_DEPTH) {
      return new Unfit(words.tooDeep().formatted(Request.MAX_DATA_DEPTH));
    }
    parser.finishToken();
    int end = start + (int) parser.currentLocation().getByteOffset();
    // Ends of lines can only be between tokens; without them it fits where a line is a record.
    String json =
        new String(text, begin, end - begin, StandardCharsets.UTF_8)
            .replace('\n', ' ')
            .replace('\r', ' ');
    return new Data(json, end - begin);
  }
}
