package dev.tertulia.server.protocol.base;

import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.Protocol;
import dev.tertulia.server.protocol.ProtocolEntry;
import dev.tertulia.server.protocol.Sessions;
import dev.tertulia.server.protocol.SocketFormats;
import dev.tertulia.server.protocol.SocketPath;

/// The base protocol: all requests for `/ws/{client_id}` that no protocol before it in the table
/// owns.
public record BaseProtocol(Sessions sessions) implements Protocol {
  /// The entry of the base protocol.
  ///
  /// @param lobbyIsBounded whether the number of clients in the lobby is limited
  public static ProtocolEntry entry(Language language, boolean lobbyIsBounded) {
    return formats -> {
      SocketFormats base = formats.addForWebSocket(index -> new BaseFormat(index, language));
      return services -> {
        LobbyAdmission admission =
            new LobbyAdmission(services.permissions(), services.readFaultLog(), lobbyIsBounded);
        return new BaseProtocol(
            base.sessions(format ->
                new BaseSession(
                    format, language, services.rooms(), services.notifications(), admission)));
      };
    };
  }

  @Override
  public boolean owns(OpeningRequest request) {
    return SocketPath.isOf(request);
  }

  @Override
  public Opening open(OpeningRequest request) {
    return SocketPath.open(request, null, sessions, null);
  }
}
