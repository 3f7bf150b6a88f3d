package dev.tertulia.server.protocol.full;

import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.Greeting;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.Protocol;
import dev.tertulia.server.protocol.ProtocolEntry;
import dev.tertulia.server.protocol.Sessions;
import dev.tertulia.server.protocol.SocketFormats;
import dev.tertulia.server.protocol.SocketPath;
import org.jspecify.annotations.Nullable;

/// The full protocol: the requests for `/ws/{client_id}` that ask for it. It stands before the base
/// protocol in the table.
///
/// @param sessions of clients that the handshake shows
/// @param greeting of other clients; `null` if they are refused
public record FullProtocol(Sessions sessions, @Nullable Greeting greeting) implements Protocol {
  /// The entry of the full protocol.
  ///
  /// @param pages the memory of pages that are read for connections
  public static ProtocolEntry entry(Language language, PageBudget pages) {
    return formats -> {
      SocketFormats full = formats.addForWebSocket(index -> new FullFormat(index, language));
      return services -> {
        FullSession.Services parts = new FullSession.Services(services, pages);
        return new FullProtocol(
            full.sessions(format -> FullSession.factory(parts, format)),
            new FullGreeting(parts, full));
      };
    };
  }

  @Override
  public boolean owns(OpeningRequest request) {
    return SocketPath.isOf(request) && SocketPath.asksForFull(request);
  }

  @Override
  public Opening open(OpeningRequest request) {
    String subprotocol = SocketPath.offersFull(request) ? SocketPath.FULL : null;
    return SocketPath.open(request, subprotocol, sessions, greeting);
  }
}
