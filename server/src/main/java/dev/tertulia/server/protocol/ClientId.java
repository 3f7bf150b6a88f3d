package dev.tertulia.server.protocol;

/// Who is connected: a person, a program or, in the page, one tab. A client may have many
/// connections.
///
/// @param value an [Identifier]
public record ClientId(String value) {
  /// @throws IllegalArgumentException if `value` is no [Identifier]
  public ClientId {
    Identifier.require(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
