package dev.tertulia.server.protocol;

/// Who is connected: a person, a program or, in the page, one tab. A client may have many
/// connections.
///
/// @param value an [Identifier]
public record ClientId(String value) {
  /// In whose name the messages stand of a client that was erased. Nobody connects as this one.
  public static final ClientId ERASED = new ClientId("~erased");

  /// In whose name an export has what was lost. Nobody connects as this one.
  public static final ClientId LOST = new ClientId("~lost");

  /// @throws IllegalArgumentException if `value` is no [Identifier]
  public ClientId {
    Identifier.require(value);
  }

  /// Whether it is none that a client may have: it stands in the place of others.
  public boolean isReserved() {
    return equals(ERASED) || equals(LOST);
  }

  @Override
  public String toString() {
    return value;
  }
}
