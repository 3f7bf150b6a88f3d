package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.ClientId;

/// Where connections have things looked up that may wait for a disk. Clients take turns there, and
/// what is dear has some of the threads and never all. Any thread.
public interface ReaderThreads {
  /// What a reading costs.
  enum Cost {
    /// As much as coming into a room.
    QUICK,
    /// Perhaps thousands of rows: what nobody's coming in is to wait for.
    DEAR
  }

  /// Has `reading` run when it is the client's turn. Never waits.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException if too much waits
  void execute(ClientId client, Cost cost, Runnable reading);
}
