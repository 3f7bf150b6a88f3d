package dev.tertulia.server.http;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.protocol.full.Request.Hello;
import dev.tertulia.server.protocol.stream.EventId;
import java.util.Map;

/// An answer that continues until one side closes it: the frames that a WebSocket connection would
/// receive, as Server-Sent Events.
///
/// @param client the client of the connection
/// @param hello the `hello` that it would send over WebSocket
/// @param positions its position in each topic, as [EventId] formats them
/// @param headers headers in addition to those of every stream
public record EventStream(
    ClientId client, Hello hello, EventId positions, Map<String, String> headers)
    implements Answer {
  public EventStream {
    headers = Map.copyOf(headers);
  }
}
