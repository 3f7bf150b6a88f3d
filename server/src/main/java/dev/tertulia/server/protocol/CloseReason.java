package dev.tertulia.server.protocol;

/// Why a WebSocket connection ends: the code and the text of its close frame.
///
/// 4000 to 4499 advise the client to come back, 4500 to 4999 not to.
///
/// @param code a code of RFC 6455, section 7.4, or one of this protocol's own
/// @param text at most 123 bytes of UTF-8
public record CloseReason(int code, String text) {
  /// Both sides are done.
  public static final CloseReason NORMAL = new CloseReason(1000, "normal");

  /// The server stops.
  public static final CloseReason GOING_AWAY = new CloseReason(1001, "going away");

  /// The peer broke RFC 6455.
  public static final CloseReason PROTOCOL_ERROR = new CloseReason(1002, "protocol error");

  /// The peer sent a binary frame; everything here is text.
  public static final CloseReason BINARY_FRAME = new CloseReason(1003, "binary frame");

  /// What the peer sent as text is no UTF-8.
  public static final CloseReason BAD_UTF8 = new CloseReason(1007, "bad UTF-8");

  /// What the peer sent as compressed can't be decompressed. It has the code of [#BAD_UTF8]: the
  /// frames keep to the protocol, what is in them is not what they say.
  public static final CloseReason BAD_COMPRESSION = new CloseReason(1007, "bad compression");

  /// A message longer than a frame may be.
  public static final CloseReason TOO_LARGE = new CloseReason(1009, "too large");

  /// A message that was not whole in time: on a line as slow, one as long will not be either.
  public static final CloseReason TOO_SLOW = new CloseReason(1009, "message not whole in time");

  /// A defect of the server.
  public static final CloseReason INTERNAL_ERROR = new CloseReason(1011, "internal error");

  /// The client did not take what was sent to it.
  public static final CloseReason SLOW_CONSUMER = new CloseReason(4001, "slow_consumer");

  /// Nothing was heard from the client for too long.
  public static final CloseReason HEARTBEAT = new CloseReason(4002, "heartbeat");

  /// The server has no room for what the client sends: the unfinished messages of all, of its
  /// address or of its client hold too much.
  public static final CloseReason OVERLOADED = new CloseReason(4004, "overloaded");

  /// An operator does not want the client here.
  public static final CloseReason DISCONNECTED = new CloseReason(4501, "disconnected");

  /// The client has as many connections as it may have.
  public static final CloseReason TOO_MANY_CONNECTIONS =
      new CloseReason(4502, "too_many_connections");

  /// The socket ended without a close frame; this is never sent.
  public static final CloseReason CONNECTION_LOST = new CloseReason(1006, "connection lost");

  /// Whether a peer may send `code`: those of the RFC's registry that are meant to be sent, and the
  /// ranges for libraries and applications.
  public static boolean mayBeSent(int code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
        || (code >= 3000 && code <= 4999);
  }

  @Override
  public String toString() {
    return code + " " + text;
  }
}
