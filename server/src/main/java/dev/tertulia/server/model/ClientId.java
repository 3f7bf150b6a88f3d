package dev.tertulia.server.model;

/// The id of a client: a person, a program or, in the page, one tab. A client may have many
/// connections.
///
/// @param value an [Identifier]
public record ClientId(String value) {
  /// The prefix of ids that belong to the server.
  private static final char RESERVED = '~';

  /// The client to which messages of erased clients are attributed.
  public static final ClientId ERASED = new ClientId("~erased");

  /// The client to which lost entries are attributed in an export.
  public static final ClientId LOST = new ClientId("~lost");

  /// The client as which the HTTP API acts unless a request names another.
  public static final ClientId API = new ClientId("~api");

  /// @throws IllegalArgumentException if `value` is not an [Identifier]
  public ClientId {
    Identifier.require(value);
  }

  /// Whether the id is reserved for the server, because it begins with `~`. A request that names
  /// such an id is refused; existing entries with one are read like any others.
  public boolean isReserved() {
    return value.charAt(0) == RESERVED;
  }

  /// Whether the server itself writes entries as this client.
  public boolean isServer() {
    return equals(ERASED) || equals(LOST) || equals(API);
  }

  @Override
  public String toString() {
    return value;
  }
}
