package dev.tertulia.server.cli;

import dev.tertulia.server.logging.Printable;
import dev.tertulia.server.storage.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Shows the progress of a command: on a terminal as one line that is overwritten, elsewhere as an
/// occasional new line. For one thread.
final class ProgressLine implements Progress, AutoCloseable {
  private static final long TERMINAL_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long FILE_PAUSE = TimeUnit.SECONDS.toNanos(5);
  private static final String CLEAR = "\r\u001b[K";

  private final PrintStream err;
  private final boolean terminal;
  private long next = System.nanoTime();
  private boolean open;

  ProgressLine(PrintStream err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  @Override
  public void at(String what, long done, long total) {
    long now = System.nanoTime();
    if (now - next < 0) {
      return;
    }
    next = now + (terminal ? TERMINAL_PAUSE : FILE_PAUSE);
    String share = total > 0 ? " (%s %%)".formatted(Math.min(100, 100 * done / total)) : "";
    String amount = done > 0 ? String.format(Locale.ROOT, ": %,d", done) : "";
    if (terminal) {
      err.print(CLEAR + Printable.line(what) + amount + share);
      err.flush();
      open = true;
    } else {
      err.println(Printable.line(what) + amount + share);
    }
  }

  /// Clears the line, so that another one can be printed.
  void clear() {
    if (open) {
      err.print(CLEAR);
      err.flush();
      open = false;
    }
  }

  @Override
  public void close() {
    clear();
  }
}
