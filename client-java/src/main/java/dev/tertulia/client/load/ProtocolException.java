package dev.tertulia.client.load;

/// A server that violates WebSocket, or exceeds a bound of this client. It ends that one
/// connection.
final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1;

  ProtocolException(String what) {
    super(what, null, false, false);
  }
}
