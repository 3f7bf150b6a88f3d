package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.StorageFault;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the writer of a log can store entries, and the log lines that tell operators of it.
/// Owned by the writer, unless stated otherwise.
public final class WriterHealth {
  private static final Logger log = LoggerFactory.getLogger(WriterHealth.class);

  /// How long a database may take for a batch.
  public static final long STALL = TimeUnit.SECONDS.toNanos(5);

  /// Whether entries can be stored at a moment.
  ///
  /// @param cause why not, for operators; empty if they can
  public record State(boolean ok, String cause) {
    private static final State OK = new State(true, "");
  }

  private final String name;
  private final LongSupplier nanoTime;
  private final StorageFault stalled;
  private volatile State state = State.OK;

  /// When the work began that may wait for the database; 0 while there is none.
  private volatile long workingSince;

  /// Owned by the thread that calls [#logStall].
  private boolean stallLogged;

  /// @param name of the database
  /// @param stalled what is wrong when the writer waits for it for too long
  WriterHealth(String name, LongSupplier nanoTime, StorageFault stalled) {
    this.name = name;
    this.nanoTime = nanoTime;
    this.stalled = stalled;
  }

  /// Whether the writer can store now. Any thread.
  public State now() {
    return isStalled() ? new State(false, cause(stalled)) : state;
  }

  /// Whether the database makes the writer wait for too long. Any thread.
  private boolean isStalled() {
    long since = workingSince;
    return since != 0 && nanoTime.getAsLong() - since > STALL;
  }

  /// Logs when the database stops responding, and when it responds again. One thread, not the
  /// writer.
  void logStall() {
    boolean stalls = isStalled();
    if (stalls && !stallLogged) {
      log.error(
          "Nothing can be stored: {}, for {} s now. To fix this, {}; the server continues by itself"
              + " when it does.",
          cause(stalled),
          TimeUnit.NANOSECONDS.toSeconds(STALL),
          stalled.remedy());
    } else if (!stalls && stallLogged) {
      log.info("What stores the {} responds again", name);
    }
    stallLogged = stalls;
  }

  /// From here on the writer may wait for the database.
  void beginWork() {
    workingSince = Math.max(1, nanoTime.getAsLong());
  }

  void endWork() {
    workingSince = 0;
  }

  /// The database can't be written. Logged once for each cause.
  void failed(SQLException e) {
    StorageFault storageFault = StorageFault.of(e);
    String cause = cause(storageFault);
    if (!state.cause().equals(cause)) {
      log.error(
          "Nothing can be stored: {} ({}). To fix this, {}; the server keeps retrying and continues"
              + " by itself.",
          cause,
          e.getMessage(),
          storageFault.remedy());
      state = new State(false, cause);
    }
  }

  /// The database can be written again.
  void recovered() {
    state = State.OK;
    log.info("The {} can be written again", name);
  }

  private String cause(StorageFault storageFault) {
    return "cannot write the %s: %s".formatted(name, storageFault.words());
  }
}
