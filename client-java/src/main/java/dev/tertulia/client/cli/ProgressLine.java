package dev.tertulia.client.cli;

import dev.tertulia.client.load.Crowd;
import dev.tertulia.client.load.LoadProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The progress of a run, on standard error: one line that is overwritten on a terminal; elsewhere
/// a line for each new stage, and every few seconds.
final class ProgressLine implements LoadProgress, AutoCloseable {
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
  private static final long EVERY = 3_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal;
  private final Crowd crowd;
  private @Nullable Stage last;
  private long written;

  ProgressLine(PrintWriter err, boolean terminal, Crowd crowd) {
    this.err = err;
    this.terminal = terminal;
    this.crowd = crowd;
  }

  /// Whether standard error is a terminal, as far as can be told.
  static boolean isTerminal() {
    try {
      String to = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return to.startsWith("/dev/pts/") || to.startsWith("/dev/tty") || to.equals("/dev/console");
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public void at(Moment moment) {
    long now = System.nanoTime();
    if (!terminal && moment.stage() == last && now - written < EVERY) {
      return;
    }
    last = moment.stage();
    written = now;
    String line = text(moment);
    if (terminal) {
      err.print("\r\u001b[K" + line);
    } else {
      err.println(line);
    }
    err.flush();
  }

  private String text(Moment moment) {
    String line =
        switch (moment.stage()) {
          case CONNECTING ->
              String.format(
                  Locale.ROOT,
                  "connecting %,d/%,d",
                  moment.ready() + moment.refused(),
                  crowd.connections());
          case SETTLING -> "settling";
          case WARMING_UP -> timed("warming up", moment) + rate(moment);
          case MEASURING ->
              timed("measuring", moment)
                  + rate(moment)
                  + String.format(Locale.ROOT, ", p99 %.2f ms", moment.p99Millis())
                  + String.format(Locale.ROOT, ", %,d in flight", moment.missing());
          case DRAINING -> String.format(Locale.ROOT, "draining, %,d missing", moment.missing());
        };
    if (moment.refused() > 0) {
      line += String.format(Locale.ROOT, ", %,d refused", moment.refused());
    }
    if (moment.closed() > 0) {
      line += String.format(Locale.ROOT, ", %,d closed", moment.closed());
    }
    return line;
  }

  private static String timed(String what, Moment moment) {
    return String.format(
        Locale.ROOT,
        "%s %.1f/%.1f s",
        what,
        Math.min(moment.elapsed(), moment.length()),
        moment.length());
  }

  private static String rate(Moment moment) {
    return String.format(Locale.ROOT, ", %,.0f deliveries/s", moment.deliveriesPerSecond());
  }

  /// Leaves the terminal's line empty for what comes next.
  @Override
  public void close() {
    if (terminal && last != null) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }
}
