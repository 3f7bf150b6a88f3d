package dev.tertulia.server.storage.sqlite;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/// Aborts a snapshot that makes no progress. While a snapshot exists, the server that uses the
/// folder can't empty its write-ahead log, which grows with everything written.
///
/// Has its own thread, from [#start] to [#close].
final class SnapshotWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SnapshotWatch.class);

  /// How long a snapshot may be held.
  ///
  /// @param stall how long the reader may wait for the consumer of its output
  /// @param logBytes how much the write-ahead log may grow meanwhile
  record Bounds(Duration stall, long logBytes) {
    static final Bounds DEFAULT = new Bounds(Duration.ofMinutes(1), 1 << 30);
  }

  private static final Duration LOOK = Duration.ofMillis(200);

  private final SQLiteConnection connection;
  private final Path writeAheadLog;
  private final Bounds bounds;
  private final long bytesBefore;
  private volatile boolean open = true;

  /// Since when the reader has been waiting for the consumer of its output; 0 while it is not.
  private volatile long waitingSince;

  private volatile @Nullable String reason;

  private SnapshotWatch(Path database, SQLiteConnection connection, Bounds bounds) {
    this.connection = connection;
    this.bounds = bounds;
    writeAheadLog = SqliteDatabase.beside(database, "-wal");
    bytesBefore = logBytes();
  }

  static SnapshotWatch start(Path database, SQLiteConnection connection, Bounds bounds) {
    SnapshotWatch watch = new SnapshotWatch(database, connection, bounds);
    Thread.ofPlatform().name("snapshot-watch").daemon().start(watch::run);
    return watch;
  }

  /// Why it was given up; `null` if it was not.
  @Nullable String reason() {
    return reason;
  }

  /// `out`, which tells this when it lets its writer wait.
  OutputStream watched(OutputStream out) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        waitingSince = Math.max(1, System.nanoTime());
        try {
          out.write(bytes, offset, length);
        } finally {
          waitingSince = 0;
        }
      }

      @Override
      public void flush() throws IOException {
        waitingSince = Math.max(1, System.nanoTime());
        try {
          out.flush();
        } finally {
          waitingSince = 0;
        }
      }
    };
  }

  private void run() {
    while (open && reason == null) {
      long since = waitingSince;
      if (since != 0 && System.nanoTime() - since > bounds.stall.toNanos()) {
        giveUp(
            "aborted, because its output was not read for %s s, and the server must keep everything that it writes meanwhile: write to a file with --to, or check the program that reads the output"
                .formatted(bounds.stall.toSeconds()));
      } else if (logBytes() - bytesBefore > bounds.logBytes) {
        giveUp(
            "aborted, because the server wrote more than %s MiB meanwhile, which it must keep until this ends: run it at a quieter time, or to a faster disk"
                .formatted(bounds.logBytes >> 20));
      } else {
        LockSupport.parkNanos(LOOK.toNanos());
      }
    }
  }

  private long logBytes() {
    try {
      return Files.size(writeAheadLog);
    } catch (IOException e) {
      return 0;
    }
  }

  private void giveUp(String why) {
    reason = why;
    try {
      // What runs ends, and closing no longer waits for it.
      connection.getDatabase().interrupt();
      connection.close();
    } catch (SQLException e) {
      log.debug("Failed to abort a snapshot", e);
    }
  }

  @Override
  public void close() {
    open = false;
  }
}
