package dev.tertulia.server.http;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Request.Hello;
import java.util.Map;

/// An answer that goes on for as long as both sides are there: what a client would be sent over
/// WebSocket, as Server-Sent Events.
///
/// @param client whose connection it is
/// @param hello what it would say first over WebSocket
/// @param positions up to where it has each topic, as [EventId] writes them
/// @param headers besides those that every stream has
public record EventStream(
    ClientId client, Hello hello, EventId positions, Map<String, String> headers)
    implements Answer {
  public EventStream {
    headers = Map.copyOf(headers);
  }
}
