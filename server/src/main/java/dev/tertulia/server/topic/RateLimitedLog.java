package dev.tertulia.server.topic;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Limits the rate of log lines about faults that may occur thousands of times: each *different*
/// fault is logged immediately, the same one again after a pause, with the number of occurrences
/// since. Safe for any thread.
///
/// # Bounds
///
/// At most [#MOST_FAULTS] faults are tracked; beyond that the one that occurred least recently is
/// dropped, and counts as new when it recurs. At most [#MOST_LINES] lines are logged within a
/// pause; the last of them says that further faults are not logged.
public final class RateLimitedLog {
  static final int MOST_FAULTS = 1_000;
  static final int MOST_LINES = 200;

  private static final String MORE = " (further faults are not logged individually for now)";

  private final LongSupplier nanoClock;
  private final long pauseNanos;

  /// The faults by key, the most recent one last. This and all following fields are guarded by
  /// `this`.
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

  /// Creates a log without faults.
  ///
  /// @param nanoClock a monotonic clock, in nanoseconds
  /// @param pause the time after which the same fault is logged again
  public RateLimitedLog(LongSupplier nanoClock, Duration pause) {
    this.nanoClock = nanoClock;
    pauseNanos = pause.toNanos();
    windowBegan = nanoClock.getAsLong();
  }

  /// Writes a log line.
  public interface Line {
    /// Writes the line.
    ///
    /// @param suffix text to append; often empty
    void write(String suffix);
  }

  /// Reports a fault; `line` is called if it is to be logged now.
  ///
  /// @param fault the key that identifies the fault
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
