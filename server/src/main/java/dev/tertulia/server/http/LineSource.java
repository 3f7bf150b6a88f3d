package dev.tertulia.server.http;

import java.io.IOException;

/// The body of a response that is sent while it is produced, line by line, and ends the connection.
@FunctionalInterface
public interface LineSource {
  /// Writes all lines, on a virtual thread, and may take as long as it needs. If it fails, the
  /// response ends without its end, so that the client knows that it is incomplete.
  ///
  /// @throws IOException as [Output#line] does
  void writeTo(Output out) throws IOException, InterruptedException;

  /// Takes the lines. For one thread.
  @FunctionalInterface
  interface Output {
    /// Sends a line, and waits until the socket has taken it.
    ///
    /// @param line UTF-8, without a line end
    /// @throws IOException if the client is gone, or does not read
    void line(byte[] line) throws IOException;
  }
}
