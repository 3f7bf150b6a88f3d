package dev.tertulia.server.protocol;

/// Who is connected: a person, a program or, in the page, one tab. A client may have many
/// connections.
///
/// @param value an [Identifier]
public record ClientId(String value) {
  /// What the ids begin with that are the server's own.
  private static final char RESERVED = '~';

  /// In whose name the messages of an erased client stand.
  public static final ClientId ERASED = new ClientId("~erased");

  /// In whose name an export has what was lost.
  public static final ClientId LOST = new ClientId("~lost");

  /// In whose name the HTTP API speaks unless a request says otherwise.
  public static final ClientId API = new ClientId("~api");

  /// @throws IllegalArgumentException if `value` is no [Identifier]
  public ClientId {
    Identifier.require(value);
  }

  /// Whether no client may have this id: those that begin with `~` are the server's own. A request
  /// that names one is refused; entries that were written with one are read as any others.
  public boolean isReserved() {
    return value.charAt(0) == RESERVED;
  }

  /// Whether the server itself writes entries in this name.
  public boolean isServer() {
    return equals(ERASED) || equals(LOST) || equals(API);
  }

  @Override
  public String toString() {
    return value;
  }
}
