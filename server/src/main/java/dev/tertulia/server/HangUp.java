package dev.tertulia.server;

import java.io.FileInputStream;
import java.io.IOException;

/// The signal SIGHUP. Sent by an operator, it means to read the configuration again. The kernel
/// also sends it when the terminal of a process is closed, and then it ends the process, as it does
/// by default.
final class HangUp {
  private static final String TERMINAL = "/dev/tty";

  private HangUp() {}

  /// Handles the signal from now on; does nothing on systems without it.
  ///
  /// @param reload runs on a thread of the JVM
  /// @param end runs when the terminal from which the process was started is gone
  static void handle(Runnable reload, Runnable end) {
    boolean onTerminal = hasTerminal();
    Signals.handle("HUP", () -> (onTerminal && !hasTerminal() ? end : reload).run());
  }

  private static boolean hasTerminal() {
    try (FileInputStream terminal = new FileInputStream(TERMINAL)) {
      return terminal.getFD().valid();
    } catch (IOException e) {
      return false;
    }
  }
}
