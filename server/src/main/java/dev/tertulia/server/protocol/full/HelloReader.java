package dev.tertulia.server.protocol.full;

import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads a `hello`.
final class HelloReader {
  private static final Field<List<Request.Resume>> ROOMS =
      new Field<>(Name.ROOMS, HelloReader::rooms, List.of());
  private static final Field<Request.ResumeInbox> INBOX =
      new Field<>(Name.INBOX, HelloReader::inbox, null);

  private static final Field<String> TOKEN = Field.text(Name.TOKEN);

  private HelloReader() {}

  /// Reads the fields of a `hello`. If [Fields#problem] is set then, the result is of no use.
  static Request.Hello read(Fields in) {
    String device = in.get(Field.DEVICE);
    List<Request.Resume> rooms = in.get(ROOMS);
    String token = in.get(TOKEN);
    return new Request.Hello(
        device,
        rooms == null ? List.of() : rooms,
        in.get(INBOX),
        token == null ? null : new Credentials.Token(token));
  }

  /// Of a room that comes twice, the last position counts.
  private static @Nullable List<Request.Resume> rooms(Object value, String name, Fields in) {
    if (!(value instanceof Fields.Json object)) {
      in.refuse(in.messages().badRooms());
      return null;
    }
    Map<String, Request.Resume> rooms = new LinkedHashMap<>();
    try (JsonParser parser = JsonText.parser(object.text(), object.offset(), object.length())) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String room = parser.currentName();
        if (!Identifier.isValid(room)) {
          in.refuse(in.messages().notIdentifier().formatted(name));
          return null;
        }
        Object after = in.scalar(Name.ROOMS, parser, parser.nextToken());
        if (after != null && !(after instanceof String text && isPosition(text))) {
          refuse(in, after, in.messages().badRooms());
          return null;
        }
        rooms.put(room, new Request.Resume(new RoomName(room), (String) after));
        if (rooms.size() > Request.MAX_ROOMS) {
          in.refuse(in.messages().tooManyRooms().formatted(Request.MAX_ROOMS));
          return null;
        }
      }
    }
    return List.copyOf(rooms.values());
  }

  /// A `null` is a client that has nothing yet.
  private static Request.@Nullable ResumeInbox inbox(Object value, String name, Fields in) {
    if (value instanceof Fields.Null) {
      return new Request.ResumeInbox(null);
    }
    if (value instanceof String text && isPosition(text)) {
      return new Request.ResumeInbox(text);
    }
    refuse(in, value, in.messages().notPosition().formatted(name));
    return null;
  }

  private static void refuse(Fields in, Object value, String why) {
    in.refuse(value instanceof Fields.Unfit(String wrong) && wrong != null ? wrong : why);
  }

  private static boolean isPosition(String text) {
    return TextRule.ID.fits(text);
  }
}
