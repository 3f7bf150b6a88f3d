package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.CloseReason;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// What a connection speaks: how it is put into words, and what is done with what it says. All
/// methods are called on the connection's loop.
///
/// One object may serve all connections that speak alike; then what differs between them is theirs
/// to keep.
public interface Session {
  /// The format of all that goes to such a connection.
  WireFormat format();

  /// What speaks with one connection of `client`: this, unless something must be kept for it alone.
  default Session forClient(ClientId client) {
    return this;
  }

  /// A connection begins: subscribe it to what it is to have from its first moment.
  void opened(Connection connection);

  /// A message has arrived.
  ///
  /// @param text valid UTF-8, from `offset` on, `length` bytes; not to be kept
  void received(Connection connection, byte[] text, int offset, int length);

  /// Whether messages past the rate are given to [#tooFast]. If not, they are carried out as all
  /// others, and the connection is read more slowly.
  default boolean refusesExcess() {
    return false;
  }

  /// A message has arrived past the rate, and is not to be carried out.
  ///
  /// @param wait after so long it may be sent again
  default void tooFast(Connection connection, byte[] text, int offset, int length, Duration wait) {}

  /// Nothing waits for the connection any more, and its socket takes more.
  default void drained(Connection connection) {}

  /// The log of a topic that it is subscribed to has lost its end.
  default void rolledBack(Connection connection, TopicName topic) {}

  /// Something of a topic that it is subscribed to, and that is kept, could not be delivered. Who
  /// can't begin again there is let go, so that no gap stays unseen.
  default void missed(Connection connection, TopicName topic) {
    connection.close(CloseReason.INTERNAL_ERROR);
  }

  /// What it speaks, in a word for operators: `base`, `full`, `stream`.
  default String speaks() {
    return "base";
  }

  /// The server's name for the connection; empty if it has none.
  default String name(Connection connection) {
    return "";
  }

  /// The client's own name for the device that the connection is of; `null` if it has said none.
  default @Nullable String device(Connection connection) {
    return null;
  }

  /// What the connection was sent of its inbox out of the log; `null` if nothing ever is.
  default @Nullable SentRanges sentFromLog(Connection connection) {
    return null;
  }

  /// The client is on the list of `room` no more, which is for those on its list alone.
  default void expelled(Connection connection, RoomName room) {}

  /// In which rooms its client is by this connection.
  Collection<RoomName> rooms(Connection connection);

  /// The connection has ended: it is subscribed to nothing any more, and takes nothing.
  default void ended(Connection connection) {}
}
