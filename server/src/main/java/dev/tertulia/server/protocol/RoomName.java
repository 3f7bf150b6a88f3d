package dev.tertulia.server.protocol;

/// The name of a room.
///
/// @param value an [Identifier]
public record RoomName(String value) {
  /// The room where every base client is, from its first moment to its last.
  public static final RoomName LOBBY = new RoomName("lobby");

  /// @throws IllegalArgumentException if `value` is no [Identifier]
  public RoomName {
    Identifier.require(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
