package dev.tertulia.server.topic;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Says when a fault is to be logged that may be met thousands of times: each *different* fault at
/// once, the same one again after a pause, with how often it was met meanwhile. Safe for any
/// thread.
///
/// # Bounds
///
/// So many faults are told apart, [#MOST_FAULTS]; past that the one that was met the longest time
/// ago makes room, and is a new one if it comes back. So many lines come within a pause,
/// [#MOST_LINES]; the last of them says that there is more than is logged.
public final class RateLimitedLog {
  static final int MOST_FAULTS = 1_000;
  static final int MOST_LINES = 200;

  private static final String MORE = " (further faults are not logged individually for now)";

  private final LongSupplier nanoClock;
  private final long pauseNanos;

  /// By what tells a fault from others, the one met last at the end. This and all below is guarded
  /// by `this`.
  private final LinkedHashMap<String, Fault> faults =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Fault> eldest) {
          return size() > MOST_FAULTS;
        }
      };

  private long windowBegan;
  private int lines;

  private static final class Fault {
    private long toldAt;
    private boolean told;
    private long since;
  }

  /// Nothing was met yet.
  ///
  /// @param nanoClock nanoseconds of a clock that never goes back
  /// @param pause how long the same fault is not told again
  public RateLimitedLog(LongSupplier nanoClock, Duration pause) {
    this.nanoClock = nanoClock;
    pauseNanos = pause.toNanos();
    windowBegan = nanoClock.getAsLong();
  }

  /// Takes a line to the log.
  public interface Line {
    /// Writes it.
    ///
    /// @param suffix what follows the text; often empty
    void write(String suffix);
  }

  /// A fault was met: `line` is written if it is to be told now.
  ///
  /// @param fault what tells it from others
  public void met(String fault, Line line) {
    String suffix = suffix(fault);
    if (suffix != null) {
      line.write(suffix);
    }
  }

  private synchronized @Nullable String suffix(String name) {
    long now = nanoClock.getAsLong();
    Fault fault = faults.computeIfAbsent(name, key -> new Fault());
    fault.since++;
    if (fault.told && now - fault.toldAt < pauseNanos) {
      return null;
    }
    if (now - windowBegan >= pauseNanos) {
      windowBegan = now;
      lines = 0;
    }
    if (lines == MOST_LINES) {
      return null;
    }
    lines++;
    String suffix =
        fault.since > 1 ? " (%s times since it was last logged)".formatted(fault.since) : "";
    fault.told = true;
    fault.toldAt = now;
    fault.since = 0;
    return lines == MOST_LINES ? suffix + MORE : suffix;
  }
}
