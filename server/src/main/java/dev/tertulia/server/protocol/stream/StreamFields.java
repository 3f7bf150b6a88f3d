package dev.tertulia.server.protocol.stream;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RefusalMessages;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.AddressMessages;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.QueryFields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The fields in the address of a stream. Unknown and duplicate ones are refused by name. Each
/// check returns something to go on with; the first failure is the [#problem], and then nothing
/// that was returned may be used. For one thread.
final class StreamFields implements QueryFields.Sink {
  private static final Set<String> KNOWN = Set.of("client", "rooms", "after");

  private final Language language;
  private final AddressMessages address;
  private final RefusalMessages words;
  private final StreamMessages stream;
  private final Map<String, String> values = new HashMap<>();
  private @Nullable Refusal problem;

  StreamFields(OpeningRequest request, Language language) {
    this.language = language;
    address = AddressMessages.of(language);
    words = RefusalMessages.of(language);
    stream = StreamMessages.of(language);
    QueryFields.read(request.rawQuery(), language, this);
    if (request.hasBody()) {
      refuse(address.noBody());
    }
  }

  @Override
  public void field(String name, String value) {
    String unfit = language.words().problemWith(name, value);
    if (!KNOWN.contains(name)) {
      refuse(address.unknownField().formatted(name));
    } else if (unfit != null) {
      refuse(unfit);
    } else if (values.putIfAbsent(name, value) != null) {
      refuse(address.twice().formatted(name));
    }
  }

  @Override
  public void refuse(String why) {
    if (problem == null) {
      problem = new Refusal(ErrorCode.INVALID, why);
    }
  }

  /// The first failure; `null` if there is none so far.
  @Nullable Refusal problem() {
    return problem;
  }

  /// The client, which is required.
  ClientId client() {
    String id = values.get("client");
    if (id == null) {
      refuse(words.missing().formatted("client"));
    } else if (!Identifier.isValid(id)) {
      refuse(words.notIdentifier().formatted("client"));
    } else if (new ClientId(id).isReserved()) {
      refuse(words.reserved().formatted(id));
    } else {
      return new ClientId(id);
    }
    return new ClientId("-");
  }

  /// The rooms, each once.
  ///
  /// @param most the maximum number of names
  List<RoomName> rooms(int most) {
    List<RoomName> rooms = new ArrayList<>();
    String list = values.get("rooms");
    if (list != null) {
      for (String room : list.split(",", -1)) {
        if (Identifier.isValid(room)) {
          rooms.add(new RoomName(room));
        } else {
          refuse(words.notIdentifier().formatted("rooms"));
        }
      }
    }
    if (rooms.size() > most) {
      refuse(stream.tooManyStreamed().formatted(most));
    }
    return rooms.stream().distinct().toList();
  }

  /// The position to resume from: the `Last-Event-ID`, which a browser sends when it reconnects,
  /// takes precedence over the address.
  EventId after(@Nullable String lastEvent, List<RoomName> rooms) {
    String text = lastEvent != null && !lastEvent.isEmpty() ? lastEvent : values.get("after");
    if (text == null) {
      return EventId.NONE;
    }
    List<String> names = rooms.stream().map(RoomName::value).toList();
    boolean position = names.size() == 1 && text.indexOf(EventId.OF) < 0;
    EventId id = EventId.parse(position ? names.getFirst() + EventId.OF + text : text, names);
    if (id == null) {
      refuse(stream.badResume().formatted(text.length() > 100 ? text.substring(0, 100) : text));
      return EventId.NONE;
    }
    return id;
  }
}
