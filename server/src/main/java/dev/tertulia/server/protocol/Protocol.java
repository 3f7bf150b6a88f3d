package dev.tertulia.server.protocol;

import java.util.List;

/// A protocol: how one kind of client connects, and how it talks then. The server has a table of
/// them; the first one in the table that owns a request opens it, and a request that none owns is
/// an ordinary one, for the HTTP routes.
///
/// A protocol needs nothing from the network but this. It decides with [#open] who the client is
/// and which [dev.tertulia.server.connection.Session] talks to it; the standard handshake of
/// WebSocket and the head of an event stream are the network's. Its formats are added to those of
/// the server before it is made.
///
/// All methods are called on the event loop of the socket, for several connections at a time: they
/// are safe for any thread, and must not block.
public interface Protocol {
  /// Whether this protocol answers the request, by its path, its subprotocols or its query, valid
  /// or not.
  boolean owns(OpeningRequest request);

  /// Decides on a request that it owns. The request has passed the checks of every HTTP request: it
  /// comes from an allowed place, and its client does not send too many.
  ///
  /// A failure is answered with status 500.
  Opening open(OpeningRequest request);

  /// The requests that belong to the HTTP API and are described with it, as `METHOD path`.
  default List<String> routes() {
    return List.of();
  }
}
