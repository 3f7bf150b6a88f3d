package dev.tertulia.client.load;

/// A server that breaks the rules of WebSocket, or goes past a bound of this client's. It ends that
/// one connection.
final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1;

  ProtocolException(String what) {
    super(what, null, false, false);
  }
}
