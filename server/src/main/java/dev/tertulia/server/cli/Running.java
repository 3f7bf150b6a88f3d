package dev.tertulia.server.cli;

/// A server that runs in this process.
public interface Running {
  /// The port that it listens on.
  int port();

  /// Ends it, and with it the process, as a success.
  void stop();
}
