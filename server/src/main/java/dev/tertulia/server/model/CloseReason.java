package dev.tertulia.server.model;

import com.google.errorprone.annotations.Immutable;
import java.util.OptionalLong;

/// The reason for which a WebSocket connection ends: the code and the text of its close frame.
///
/// Codes from 4000 to 4499 advise the client to reconnect, those from 4500 to 4999 not to.
///
/// @param code a code of RFC 6455, section 7.4, or one of this protocol
/// @param text at most 123 bytes of UTF-8
@Immutable
public record CloseReason(int code, String text) {
  /// Normal closure.
  public static final CloseReason NORMAL = new CloseReason(1000, "normal");

  /// The server is stopping.
  public static final CloseReason GOING_AWAY = new CloseReason(1001, "going away");

  /// The peer sent a binary message; only text is accepted.
  public static final CloseReason BINARY_FRAME = new CloseReason(1003, "binary frame");

  /// The peer sent a text message that is not valid UTF-8.
  public static final CloseReason BAD_UTF8 = new CloseReason(1007, "bad UTF-8");

  /// The peer sent compressed data that can't be decompressed. It has the same code as [#BAD_UTF8]:
  /// the framing is valid, but the content does not fit it.
  public static final CloseReason BAD_COMPRESSION = new CloseReason(1007, "bad compression");

  /// The message exceeds the maximum size.
  public static final CloseReason TOO_LARGE = new CloseReason(1009, "too large");

  /// The message did not arrive completely in time. Another one of the same size would not on the
  /// same network either, so the code is that of [#TOO_LARGE].
  public static final CloseReason TOO_SLOW = new CloseReason(1009, "message not whole in time");

  /// A bug in the server.
  public static final CloseReason INTERNAL_ERROR = new CloseReason(1011, "internal error");

  private static final int DRAINING_CODE = 4000;

  /// The reason of all closes with this code; the wait follows it.
  private static final String DRAINING = "draining ";

  /// The client did not read fast enough.
  public static final CloseReason SLOW_CONSUMER = new CloseReason(4001, "slow_consumer");

  /// Nothing was received from the client for too long.
  public static final CloseReason HEARTBEAT = new CloseReason(4002, "heartbeat");

  /// The token of the client has expired.
  public static final CloseReason TOKEN_EXPIRED = new CloseReason(4003, "token_expired");

  /// The server has no memory for incomplete messages: those of all clients, of its address or of
  /// its client hold too much. Or it can't verify the token of the client at the moment.
  public static final CloseReason OVERLOADED = new CloseReason(4004, "overloaded");

  /// The client did not show who it is.
  public static final CloseReason UNAUTHORIZED = new CloseReason(4500, "unauthorized");

  /// The token of the client was revoked, or all its connections with it.
  public static final CloseReason REVOKED = new CloseReason(4500, "revoked");

  /// An operator disconnected the client.
  public static final CloseReason DISCONNECTED = new CloseReason(4501, "disconnected");

  /// The client has reached its connection limit.
  public static final CloseReason TOO_MANY_CONNECTIONS =
      new CloseReason(4502, "too_many_connections");

  /// The socket was closed without a close frame; this is never sent.
  public static final CloseReason CONNECTION_LOST = new CloseReason(1006, "connection lost");

  /// The server is ending, and tells the client when to come back.
  ///
  /// @param waitMillis how long it is to wait, in milliseconds
  public static CloseReason draining(long waitMillis) {
    return new CloseReason(DRAINING_CODE, DRAINING + waitMillis);
  }

  /// The peer violated RFC 6455.
  ///
  /// @param cause what was wrong, in a few words of ASCII
  public static CloseReason protocolError(String cause) {
    return new CloseReason(1002, "protocol error: " + cause);
  }

  /// Whether the server ends the connection for what the client is or did: it broke the protocol,
  /// or lost the right to it.
  public boolean isForCause() {
    return code >= 4500
        || code == 1002
        || code == BINARY_FRAME.code
        || code == BAD_UTF8.code
        || code == TOO_LARGE.code;
  }

  /// How long the client is told to wait before it connects again, in milliseconds; empty if it is
  /// not told.
  public OptionalLong waitMillis() {
    return code == DRAINING_CODE && text.startsWith(DRAINING)
        ? OptionalLong.of(Long.parseLong(text.substring(DRAINING.length())))
        : OptionalLong.empty();
  }

  /// Whether the connection ends because the server does, so that nobody is told of it.
  public boolean isOfServer() {
    return code == DRAINING_CODE || equals(GOING_AWAY);
  }

  /// Whether a peer may send `code`: the registered codes of the RFC that may appear in a frame,
  /// and the ranges for libraries and applications.
  public static boolean mayBeSent(int code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
        || (code >= 3000 && code <= 4999);
  }

  /// Whether the client must know the reason to do the right thing next: get another token, wait,
  /// or stop.
  public boolean mattersToClient() {
    return equals(TOKEN_EXPIRED) || code == DRAINING_CODE || code >= UNAUTHORIZED.code;
  }

  @Override
  public String toString() {
    return code + " " + text;
  }
}
