package dev.tertulia.server.connection;

import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The protocol of a connection: how frames are encoded, and how messages are handled. All methods
/// are called on the loop of the connection.
///
/// One object may serve all connections of the same protocol, if it keeps no state for one of them.
public interface Session extends SessionFactory {
  /// The format of everything sent to such a connection.
  WireFormat format();

  /// This session, for every connection.
  @Override
  default Session create(Connection connection) {
    return this;
  }

  /// Called when a connection begins, to create its initial subscriptions. It may write from now
  /// on: what it writes follows the answer to the handshake.
  void opened(Connection connection);

  /// Handles a message.
  ///
  /// @param text valid UTF-8, from `offset` on, `length` bytes; must not be retained
  void received(Connection connection, byte[] text, int offset, int length);

  /// Whether messages beyond the rate limit are passed to [#tooFast]. Otherwise they are handled
  /// like all others, and the connection is read more slowly.
  default boolean refusesExcess() {
    return false;
  }

  /// Handles a message beyond the rate limit, which must not be carried out. A client whose
  /// messages are refused too often is read more slowly, too.
  ///
  /// @param wait the time after which it may be repeated
  default void tooFast(Connection connection, byte[] text, int offset, int length, Duration wait) {}

  /// The send queue is empty, and the socket is writable.
  default void drained(Connection connection) {}

  /// The log of a topic that it is subscribed to has lost its end.
  default void rolledBack(Connection connection, TopicName topic) {}

  /// A stored entry of a topic to which it is subscribed could not be delivered. A connection that
  /// can't start over there is closed, so that no gap stays undetected.
  default void missed(Connection connection, TopicName topic) {
    connection.close(CloseReason.INTERNAL_ERROR);
  }

  /// The name of the protocol, for operators, such as `base`, `full` or `stream`.
  default String speaks() {
    return "base";
  }

  /// Whether a client whose connection was lost comes back by itself, often and on purpose, so that
  /// others are told that it is gone only if it is not back after a heartbeat interval.
  default boolean pauses() {
    return false;
  }

  /// Whether its clients understand the code 4000 and wait as long as it says. Others are told 1001
  /// when the server ends.
  default boolean isToldToWait() {
    return false;
  }

  /// The id that the server gave the connection; empty for none.
  default String name(Connection connection) {
    return "";
  }

  /// The device name sent by the client; `null` for none.
  default @Nullable String device(Connection connection) {
    return null;
  }

  /// The entries of the inbox sent from the log; `null` if this never happens.
  default @Nullable SentRanges sentFromLog(Connection connection) {
    return null;
  }

  /// The client was removed from the members of `room`, which is for members only.
  default void expelled(Connection connection, RoomName room) {}

  /// The room that the request at hand is about, for the log; `null` for none.
  default @Nullable RoomName roomAtHand() {
    return null;
  }

  /// What the groups of tokens may do has changed: the rooms that the connection is in are to be
  /// checked again.
  default void rightsChanged(Connection connection) {}

  /// The rooms that the connection is in.
  Collection<RoomName> rooms(Connection connection);

  /// The connection has ended: it has no subscriptions and accepts nothing.
  default void ended(Connection connection) {}
}
