package dev.tertulia.server.protocol;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Identifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The address `/ws/{client_id}`, which the base protocol and the full protocol share. A client
/// that offers the subprotocol [#FULL] or requests `?v=1` asks for the full one.
public final class SocketPath {
  /// The full protocol's name as a subprotocol.
  public static final String FULL = "tertulia.1";

  private static final String PATH = "/ws/";
  private static final String VERSION_FIELD = "v";
  private static final String VERSION = "1";

  private SocketPath() {}

  /// Whether the request is for this address.
  public static boolean isOf(OpeningRequest request) {
    return request.rawPath().startsWith(PATH);
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

  /// Opens a WebSocket for the client in the path, if the address is valid.
  ///
  /// @param subprotocol the selected one; `null` for none
  public static Opening open(
      OpeningRequest request, @Nullable String subprotocol, Sessions sessions) {
    List<String> versions = request.rawValues(VERSION_FIELD);
    if (!versions.isEmpty() && !versions.equals(List.of(VERSION))) {
      return Opening.Refused.invalid(
          "The 'v' in the address is not a supported version: v=1 selects the full"
              + " protocol, no 'v' the base protocol.");
    }
    String id = RawText.decode(request.rawPath().substring(PATH.length()));
    if (id == null || !Identifier.isValid(id)) {
      return Opening.Refused.invalid(
          "A client id must have 1 to 128 characters: ASCII letters, digits or _-.:@=+|~. It must"
              + " not be '.' or '..'.");
    }
    ClientId client = new ClientId(id);
    if (client.isReserved()) {
      return Opening.Refused.invalid(
          "The client id '%s' is reserved: ids that begin with '~' belong to the server. Choose another one."
              .formatted(id));
    }
    return new Opening.WebSocket(Principal.open(client), subprotocol, sessions);
  }
}
