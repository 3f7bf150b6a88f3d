package dev.tertulia.server.storage.journal;

import dev.tertulia.server.topic.Draft;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Does the [MaintenanceTask]s of the writer: at most one at a time, part by part. Owned by the
/// writer, unless stated otherwise.
final class Maintenance {
  private final MaintenanceTask.Context context;
  private final LongSupplier nanoTime;

  /// The task under way; `null` for none. Set by any thread while it is `null` or has ended,
  /// cleared by the writer.
  private final AtomicReference<@Nullable MaintenanceTask> underWay = new AtomicReference<>();

  /// When the next part is due.
  private long next;

  Maintenance(MaintenanceTask.Context context, LongSupplier nanoTime) {
    this.context = context;
    this.nanoTime = nanoTime;
    next = nanoTime.getAsLong();
  }

  /// Hands a task to the writer. Any thread, once the task before has ended.
  void begin(MaintenanceTask task) {
    underWay.set(task);
  }

  /// Whether a draft must be refused because of the task under way.
  boolean concerns(Draft draft) {
    MaintenanceTask task = underWay.get();
    return task != null && task.concerns(draft);
  }

  /// The database can't be written, or the journal is closed.
  void suspend() {
    MaintenanceTask task = underWay.get();
    if (task != null && task.suspend()) {
      underWay.compareAndSet(task, null);
    }
  }

  /// How long there is nothing to do, in nanoseconds.
  long untilNext(long now) {
    return underWay.get() == null ? Long.MAX_VALUE : next - now;
  }

  /// Does the next part, if it is due.
  ///
  /// @throws SQLException if the session can't be used any more
  void tend(WriterSession session, long now) throws SQLException {
    MaintenanceTask task = underWay.get();
    if (task == null || now - next < 0) {
      return;
    }
    long wait = task.work(session, context);
    if (wait == MaintenanceTask.DONE) {
      underWay.compareAndSet(task, null);
    } else {
      next = nanoTime.getAsLong() + wait;
    }
  }
}
