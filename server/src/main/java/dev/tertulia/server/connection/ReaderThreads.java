package dev.tertulia.server.connection;

import dev.tertulia.server.model.ClientId;

/// Runs reads for connections that may block on a disk. Clients are served in turn, and expensive
/// reads may use only some of the threads. Any thread.
public interface ReaderThreads {
  /// The cost of a read.
  enum Cost {
    /// At most as much as joining a room.
    QUICK,
    /// Possibly thousands of rows, for which no join should wait.
    DEAR
  }

  /// Runs `reading` when the turn of the client comes. Never blocks.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException if the queue is full
  void execute(ClientId client, Cost cost, Runnable reading);
}
