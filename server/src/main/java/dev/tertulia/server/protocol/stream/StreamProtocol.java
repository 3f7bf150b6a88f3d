package dev.tertulia.server.protocol.stream;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.AddressMessages;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.Protocol;
import dev.tertulia.server.protocol.ProtocolEntry;
import dev.tertulia.server.protocol.ProtocolServices;
import dev.tertulia.server.topic.WireFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Server-Sent Events at `/api/v1/stream`: the frames that a WebSocket connection of the full
/// protocol would receive, for `curl -N` and for networks without WebSocket.
public final class StreamProtocol implements Protocol {
  /// The maximum number of rooms of one stream, because the `id` of an event holds a position for
  /// each.
  static final int MOST_ROOMS = 50;

  private static final String PATH = "/api/v1/stream";
  private static final String EVENTS = "text/event-stream";

  /// The values of `Sec-Fetch-Mode` with which a browser also reports where a request comes from.
  private static final Set<String> BY_SCRIPT = Set.of("cors", "same-origin");

  private final Language language;
  private final StreamFields fields;
  private final Sessions sessions;

  /// Makes what creates the session of each stream.
  @FunctionalInterface
  public interface Sessions {
    /// What creates the session of one stream.
    ///
    /// @param rooms the rooms to join, in their order
    /// @param after the position of the client in each topic
    SessionFactory of(List<RoomName> rooms, EventId after);
  }

  /// The entry of event streams.
  ///
  /// @param sessions makes what creates the sessions, given the services and the format of events
  public static ProtocolEntry entry(
      Language language, BiFunction<ProtocolServices, WireFormat, Sessions> sessions) {
    return formats -> {
      StreamFormat events = formats.add(index -> new StreamFormat(index, language));
      return services -> new StreamProtocol(language, sessions.apply(services, events));
    };
  }

  StreamProtocol(Language language, Sessions sessions) {
    this.language = language;
    fields = new StreamFields(language, MOST_ROOMS);
    this.sessions = sessions;
  }

  @Override
  public boolean owns(OpeningRequest request) {
    return request.rawPath().equals(PATH);
  }

  @Override
  public List<String> routes() {
    return List.of("GET " + PATH);
  }

  @Override
  public Opening open(OpeningRequest request) {
    if (!request.method().equals("GET")) {
      String why = AddressMessages.of(language).otherMethods().formatted("GET");
      return new Opening.Refused(405, new Refusal(ErrorCode.INVALID, why), Map.of("Allow", "GET"));
    }
    if (!isAskedFor(request)) {
      String why = StreamMessages.of(language).notForAStream();
      return Opening.Refused.of(new Refusal(ErrorCode.FORBIDDEN, why));
    }
    return switch (request.authentication()) {
      case Authentication.Open _ -> open(request, null);
      case Authentication.Accepted(Principal principal) -> open(request, principal);
      case Authentication.Anonymous anonymous -> Opening.Refused.of(anonymous.refused());
      case Authentication.Refused refused -> Opening.Refused.of(refused);
    };
  }

  /// @param known who makes the request; `null` if the client that it names is believed
  private Opening open(OpeningRequest request, @Nullable Principal known) {
    Fields in = fields.read(request);
    boolean own = known != null && known.isOneClient();
    ClientId named = own ? in.get(Field.CLIENT) : in.require(Field.CLIENT);
    List<RoomName> rooms = fields.rooms(in);
    EventId after = fields.after(in, request.headers().get("Last-Event-ID"), rooms);
    @Nullable Refusal problem = in.problem();
    if (problem != null) {
      return Opening.Refused.of(problem);
    }
    Principal principal = principal(known, named);
    return principal == null
        ? Opening.Refused.of(Refusal.of(ErrorCode.FORBIDDEN, language))
        : new Opening.EventStream(principal, sessions.of(rooms, after), new EventIds(after));
  }

  /// Who the stream is for.
  ///
  /// @param named the client that the request names
  /// @return `null` if the request may not be made as that client
  private static @Nullable Principal principal(
      @Nullable Principal known, @Nullable ClientId named) {
    if (named == null) {
      return known;
    }
    if (known == null) {
      return Principal.open(named);
    }
    return known.isOneClient() && !named.equals(known.client()) ? null : known.as(named);
  }

  /// Whether the client explicitly requested a stream. A page of any site can make a browser send a
  /// request for an image or a frame, but only a script can choose the `Accept` header, and the
  /// browser itself reports that a script sent the request. Programs other than browsers are
  /// believed.
  private static boolean isAskedFor(OpeningRequest request) {
    String accept = request.header("Accept").toLowerCase(Locale.ROOT);
    String mode = request.header("Sec-Fetch-Mode");
    if (accept.contains(EVENTS) || BY_SCRIPT.contains(mode)) {
      return true;
    }
    boolean browser = !mode.isEmpty() || request.header("User-Agent").contains("Mozilla/");
    return !browser && (accept.isBlank() || accept.strip().equals("*/*"));
  }
}
