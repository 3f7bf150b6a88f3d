package dev.tertulia.server.connection;

import dev.tertulia.server.model.ClientId;

/// What the connections of a client on other nodes count towards its limits, as far as is known.
/// Safe for any thread; never blocks, and is called for each connection and each join.
///
/// Clients that connect to several nodes at once may exceed a limit together, for as long as the
/// nodes take to tell each other. What a dead node held no longer counts once its silence is
/// noticed.
public interface OtherNodes {
  /// There are none.
  OtherNodes NONE =
      new OtherNodes() {
        @Override
        public int connections(ClientId client) {
          return 0;
        }

        @Override
        public int joinedRooms(ClientId client) {
          return 0;
        }

        @Override
        public void changed(ClientId client) {}
      };

  /// The number of connections of `client` on other nodes.
  int connections(ClientId client);

  /// The number of rooms that its connections on other nodes are in.
  int joinedRooms(ClientId client);

  /// The connections of `client` on this node have changed.
  void changed(ClientId client);
}
