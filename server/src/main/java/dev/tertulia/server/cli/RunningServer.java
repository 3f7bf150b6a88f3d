package dev.tertulia.server.cli;

/// A server that runs in this process.
public interface RunningServer {
  /// The port that it listens on.
  int port();

  /// Stops the server and ends the process with exit code 0.
  void stop();
}
