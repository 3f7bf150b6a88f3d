package dev.tertulia.server.http.api;

import dev.tertulia.server.http.Answer;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.EventStream;
import dev.tertulia.server.http.Request;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.FieldName;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.full.Request.Hello;
import dev.tertulia.server.protocol.full.Request.Resume;
import dev.tertulia.server.protocol.full.Request.ResumeInbox;
import dev.tertulia.server.protocol.stream.EventId;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The route for Server-Sent Events: the frames that a WebSocket connection would receive, for
/// `curl -N` and for networks without WebSocket.
final class StreamRoute {
  /// The maximum number of rooms of one stream, because the `id` of an event holds a position for
  /// each.
  static final int MOST_ROOMS = 50;

  private static final Field<String> ROOMS = Field.text(FieldName.ROOMS);
  private static final Field<String> AFTER = Field.text(FieldName.AFTER);

  private static final String EVENTS = "text/event-stream";

  /// The values of `Sec-Fetch-Mode` with which a browser also reports where a request comes from.
  private static final Set<String> BY_SCRIPT = Set.of("cors", "same-origin");

  private final ApiMessages words;

  StreamRoute(ApiServices parts) {
    words = ApiMessages.of(parts.language());
  }

  /// Opens a stream.
  Answer open(Call call) {
    if (!isAskedFor(call.request())) {
      return Response.problem(new Refusal(ErrorCode.FORBIDDEN, words.notForAStream()));
    }
    Fields in = call.fields(List.of(Field.CLIENT, ROOMS, AFTER));
    ClientId client = in.require(Field.CLIENT);
    List<RoomName> rooms = rooms(in);
    EventId after = after(in, call.request().headers().get("Last-Event-ID"), rooms);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    List<Resume> resumes =
        rooms.stream().map(room -> new Resume(room, after.of(TopicName.room(room)))).toList();
    return new EventStream(
        client, new Hello(null, resumes, new ResumeInbox(after.ofInbox())), after, Map.of());
  }

  /// Whether the client explicitly requested a stream. A page of any site can make a browser send a
  /// request for an image or a frame, but only a script can choose the `Accept` header, and the
  /// browser itself reports that a script sent the request. Programs other than browsers are
  /// believed.
  private static boolean isAskedFor(Request request) {
    String accept = request.header("Accept").toLowerCase(Locale.ROOT);
    String mode = request.header("Sec-Fetch-Mode");
    if (accept.contains(EVENTS) || BY_SCRIPT.contains(mode)) {
      return true;
    }
    boolean browser = !mode.isEmpty() || request.header("User-Agent").contains("Mozilla/");
    return !browser && (accept.isBlank() || accept.strip().equals("*/*"));
  }

  private List<RoomName> rooms(Fields in) {
    List<RoomName> rooms = new ArrayList<>();
    String list = in.get(ROOMS);
    if (list != null) {
      for (String room : list.split(",", -1)) {
        if (Identifier.isValid(room)) {
          rooms.add(new RoomName(room));
        } else {
          in.refuse(in.messages().notIdentifier().formatted("rooms"));
        }
      }
    }
    if (rooms.size() > MOST_ROOMS) {
      in.refuse(words.tooManyStreamed().formatted(MOST_ROOMS));
    }
    return rooms.stream().distinct().toList();
  }

  /// The position to resume from: the `Last-Event-ID`, which a browser sends when it reconnects,
  /// takes precedence over the address.
  private EventId after(Fields in, @Nullable String lastEvent, List<RoomName> rooms) {
    String text = lastEvent != null && !lastEvent.isEmpty() ? lastEvent : in.get(AFTER);
    if (text == null) {
      return EventId.NONE;
    }
    List<String> names = rooms.stream().map(RoomName::value).toList();
    boolean position = names.size() == 1 && text.indexOf(EventId.OF) < 0;
    EventId id = EventId.parse(position ? names.getFirst() + EventId.OF + text : text, names);
    if (id == null) {
      in.refuse(words.badResume().formatted(text.length() > 100 ? text.substring(0, 100) : text));
      return EventId.NONE;
    }
    return id;
  }
}
