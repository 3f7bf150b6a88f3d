package dev.tertulia.server.protocol.stream;

import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.AddressMessages;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.QueryFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fields in the address of a stream. Immutable.
final class StreamFields {
  private static final Field<String> AFTER = Field.text(Name.AFTER);

  /// Who makes the request, which was read before.
  private static final Field<String> TOKEN = Field.text(Name.TOKEN);

  private final Language language;
  private final StreamMessages messages;
  private final Field<List<RoomName>> rooms;
  private final List<Field<?>> known;

  /// @param mostRooms the maximum number of rooms
  StreamFields(Language language, int mostRooms) {
    this.language = language;
    messages = StreamMessages.of(language);
    rooms =
        new Field<>(Name.ROOMS, (value, name, in) -> rooms(value, name, in, mostRooms), List.of());
    known = List.of(Field.CLIENT, rooms, AFTER, TOKEN);
  }

  /// Reads the fields of a request; unknown and duplicate ones, and a body, are refused.
  Fields read(OpeningRequest request) {
    Fields fields = new Fields(language, known);
    new QueryFields(language, known, fields).read(request.rawQuery());
    if (request.hasBody()) {
      fields.refuse(AddressMessages.of(language).noBody());
    }
    return fields;
  }

  /// The rooms, each once.
  List<RoomName> rooms(Fields in) {
    List<RoomName> list = in.get(rooms);
    return list == null ? List.of() : list;
  }

  /// Names separated by commas.
  private @Nullable List<RoomName> rooms(Object value, String name, Fields in, int most) {
    if (!(value instanceof String text)) {
      in.refuse(in.words().notText().formatted(name));
      return null;
    }
    List<RoomName> list = new ArrayList<>();
    for (String room : text.split(",", -1)) {
      if (!Identifier.isValid(room)) {
        in.refuse(in.messages().notIdentifier().formatted(name));
        return null;
      }
      list.add(new RoomName(room));
    }
    if (list.size() > most) {
      in.refuse(messages.tooManyStreamed().formatted(most));
      return null;
    }
    return list.stream().distinct().toList();
  }

  /// The position to resume from: the `Last-Event-ID`, which a browser sends when it reconnects,
  /// takes precedence over the address.
  EventId after(Fields in, @Nullable String lastEvent, List<RoomName> rooms) {
    String text = lastEvent != null && !lastEvent.isEmpty() ? lastEvent : in.get(AFTER);
    if (text == null) {
      return EventId.NONE;
    }
    List<String> names = rooms.stream().map(RoomName::value).toList();
    boolean position = names.size() == 1 && text.indexOf(EventId.OF) < 0;
    EventId id = EventId.parse(position ? names.getFirst() + EventId.OF + text : text, names);
    if (id == null) {
      in.refuse(
          messages.badResume().formatted(text.length() > 100 ? text.substring(0, 100) : text));
      return EventId.NONE;
    }
    return id;
  }
}
