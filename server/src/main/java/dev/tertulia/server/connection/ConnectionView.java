package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.RoomName;
import java.time.Duration;
import java.util.List;

/// What a connection is like at one moment, for operators.
///
/// @param name the server's name for it; empty if it has none
/// @param speaks what it speaks: `base`, `full`, `stream`
/// @param age how long it has been open
/// @param waitingBytes what waits because its socket takes no more
/// @param rooms where its client is by it
public record ConnectionView(
    String name, String speaks, Duration age, int waitingBytes, List<RoomName> rooms) {
  public ConnectionView {
    rooms = List.copyOf(rooms);
  }
}
