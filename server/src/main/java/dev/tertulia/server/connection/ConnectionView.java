package dev.tertulia.server.connection;

import dev.tertulia.server.model.RoomName;
import java.time.Duration;
import java.util.List;

/// A snapshot of a connection, for operators.
///
/// @param name the id that the server gave it; empty for none
/// @param speaks its protocol: `base`, `full` or `stream`
/// @param age the time since it was opened
/// @param waitingBytes the size of its send queue
/// @param rooms the rooms that it is in
public record ConnectionView(
    String name, String speaks, Duration age, int waitingBytes, List<RoomName> rooms) {
  public ConnectionView {
    rooms = List.copyOf(rooms);
  }
}
