package dev.tertulia.server.model;

/// The name of a room.
///
/// @param value an [Identifier]
public record RoomName(String value) {
  /// The room that every base client is in while it is connected.
  public static final RoomName LOBBY = new RoomName("lobby");

  /// @throws IllegalArgumentException if `value` is not an [Identifier]
  public RoomName {
    Identifier.require(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
