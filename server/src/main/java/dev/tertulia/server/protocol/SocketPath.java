package dev.tertulia.server.protocol;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The address `/ws/{client_id}`, or `/ws` for a client that shows who it is, which the base
/// protocol and the full protocol share. A client that offers the subprotocol [#FULL] or requests
/// `?v=1` asks for the full one.
public final class SocketPath {
  /// The full protocol's name as a subprotocol.
  public static final String FULL = "tertulia.1";

  private static final String PATH = "/ws";
  private static final String PATH_OF_CLIENT = "/ws/";
  private static final String VERSION_FIELD = "v";
  private static final String VERSION = "1";

  private SocketPath() {}

  /// Whether the request is for this address.
  public static boolean isOf(OpeningRequest request) {
    return request.rawPath().equals(PATH) || request.rawPath().startsWith(PATH_OF_CLIENT);
  }

  /// Whether the client asks for the full protocol.
  public static boolean asksForFull(OpeningRequest request) {
    return offersFull(request) || request.rawValues(VERSION_FIELD).contains(VERSION);
  }

  /// Whether the client offers the full protocol as a subprotocol, so that the answer must confirm
  /// it.
  public static boolean offersFull(OpeningRequest request) {
    return request.subprotocols().contains(FULL);
  }

  /// Opens a WebSocket, if the address is valid: for the client in the path, or for the client that
  /// the request shows, which must be the one in the path if there is one.
  ///
  /// @param subprotocol the selected one; `null` for none
  /// @param greeting how a client says who it is if the request does not; `null` if it can't
  public static Opening open(
      OpeningRequest request,
      @Nullable String subprotocol,
      Sessions sessions,
      @Nullable Greeting greeting) {
    List<String> versions = request.rawValues(VERSION_FIELD);
    if (!versions.isEmpty() && !versions.equals(List.of(VERSION))) {
      return Opening.Refused.invalid(
          "The 'v' in the address is not a supported version: v=1 selects the full"
              + " protocol, no 'v' the base protocol.");
    }
    ClientId named = null;
    if (!request.rawPath().equals(PATH)) {
      String id = RawText.decode(request.rawPath().substring(PATH_OF_CLIENT.length()));
      if (id == null || !Identifier.isValid(id)) {
        return Opening.Refused.invalid(
            "A client id must have 1 to 128 characters: ASCII letters, digits or _-.:@=+|~. It must"
                + " not be '.' or '..'.");
      }
      named = new ClientId(id);
      if (named.isReserved()) {
        return Opening.Refused.invalid(
            "The client id '%s' is reserved: ids that begin with '~' belong to the server. Choose another one."
                .formatted(id));
      }
    }
    return switch (request.authentication()) {
      case Authentication.Open _ ->
          named == null
              ? Opening.Refused.invalid(
                  "This server has no accounts, so the address must name the client: /ws/CLIENT.")
              : new Opening.WebSocket(Principal.open(named), subprotocol, sessions);
      case Authentication.Accepted(Principal principal) ->
          principal.kind() == Principal.Kind.TOKEN && isFor(principal, named)
              ? new Opening.WebSocket(principal, subprotocol, sessions)
              : new Opening.RefusedSocket(subprotocol, CloseReason.UNAUTHORIZED);
      case Authentication.Anonymous anonymous -> {
        Principal admitted = named == null && greeting == null ? anonymous.clients().next() : null;
        yield admitted != null
            ? new Opening.WebSocket(admitted, subprotocol, sessions)
            : greeting == null
                ? new Opening.RefusedSocket(subprotocol, CloseReason.UNAUTHORIZED)
                : new Opening.UnidentifiedSocket(named, subprotocol, greeting);
      }
      case Authentication.Refused refused ->
          new Opening.RefusedSocket(subprotocol, refused.closeReason());
    };
  }

  /// Whether `principal` may open a connection of the client that the request names.
  private static boolean isFor(Principal principal, @Nullable ClientId named) {
    return named == null || named.equals(principal.client());
  }
}
