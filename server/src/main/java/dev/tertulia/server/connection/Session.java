package dev.tertulia.server.connection;

import dev.tertulia.server.topic.WireFormat;

/// What a connection speaks: how it is put into words, and what is done with what it says.
///
/// One object serves all connections that speak alike; what differs between them is theirs to keep.
public interface Session {
  /// The format of all that goes to such a connection.
  WireFormat format();

  /// A connection begins: subscribe it to what it is to have from its first moment. On its loop.
  void opened(Connection connection);

  /// A message has arrived. On the connection's loop.
  ///
  /// @param text valid UTF-8, from `offset` on, `length` bytes; not to be kept
  void received(Connection connection, byte[] text, int offset, int length);
}
