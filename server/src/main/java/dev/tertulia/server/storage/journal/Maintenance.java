package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the writer does besides storing drafts, a part at a time: retention, emptying the
/// write-ahead log of deleted texts, making the file smaller, and at most one [MaintenanceTask].
/// Owned by the writer, unless stated otherwise.
final class Maintenance {
  private static final Logger log = LoggerFactory.getLogger(Maintenance.class);

  /// The time from one look at what is due to the next, and between slices of retention, when there
  /// is nothing more to do.
  private static final long IDLE_WAIT = TimeUnit.SECONDS.toNanos(1);

  /// From one step that makes the file smaller to the next.
  private static final long SHRINK_WAIT = TimeUnit.MILLISECONDS.toNanos(20);

  /// From one look at what is free to the next.
  private static final long LOOK_WAIT = TimeUnit.SECONDS.toNanos(10);

  private final LogWriter.Parts parts;
  private final BiConsumer<WriterSession, WriteBatch> commit;
  private final MaintenanceTask.Context context;
  private final RetentionSweeper retentionSweeper;
  private final RetentionSchedule slices;

  /// Whether the write-ahead log is to be emptied, and when.
  private boolean purging = true;

  private long purgeAt;

  /// When it is next looked whether much of the database is free.
  private long shrinkAt;

  /// The task under way; `null` for none. Set by any thread while it is `null` or has ended,
  /// cleared by the writer.
  private final AtomicReference<@Nullable MaintenanceTask> task = new AtomicReference<>();

  /// Runs after each part of a task. Set by any thread.
  private volatile Runnable worked = () -> {};

  /// When the next part of the task is due.
  private long next;

  /// @param startedOver is told of topics that have started over
  /// @param commit commits a batch of a session, and handles a failure
  Maintenance(
      LogWriter.Parts parts,
      Consumer<TopicName> startedOver,
      BiConsumer<WriterSession, WriteBatch> commit) {
    this.parts = parts;
    this.commit = commit;
    context =
        new MaintenanceTask.Context(
            parts.name(), parts.database(), parts.unixMillis(), startedOver, commit);
    retentionSweeper = new RetentionSweeper(parts.retention(), parts.clientExpiry());
    long now = parts.nanoTime().getAsLong();
    slices = new RetentionSchedule(retentionSweeper, now);
    shrinkAt = now + LOOK_WAIT;
    next = now;
  }

  /// Hands a task to the writer. Any thread, once the task before has ended.
  void begin(MaintenanceTask wanted) {
    task.set(wanted);
  }

  /// Sets what runs after each part of a task, on the writer. Any thread.
  void onWorked(Runnable task) {
    worked = task;
  }

  /// Whether a draft must be refused because of the task under way.
  boolean concerns(Draft draft) {
    MaintenanceTask underWay = task.get();
    return underWay != null && underWay.concerns(draft);
  }

  /// The database can't be written, or the journal is closed.
  void suspend() {
    MaintenanceTask underWay = task.get();
    if (underWay != null && underWay.suspend()) {
      task.compareAndSet(underWay, null);
    }
  }

  /// A batch was committed, and its topics are not yet released.
  void committed(WriteBatch writeBatch) {
    if (writeBatch.hasBlanked()) {
      purgeSoon();
    }
    writeBatch.touched().forEach(retentionSweeper::look);
  }

  /// How long there is nothing to do, in nanoseconds.
  long untilNext(long now) {
    long wait = Math.min(holdsRetention() ? IDLE_WAIT : slices.alone() - now, shrinkAt - now);
    wait = Math.min(wait, purging ? purgeAt - now : IDLE_WAIT);
    return task.get() == null ? wait : Math.min(wait, next - now);
  }

  /// Does what is due. A commit that fails ends it.
  ///
  /// @throws SQLException if the session can't be used any more
  void tend(WriterSession session, long now) throws SQLException {
    if (parts.database().isSwollen()) {
      purgeSoon();
    }
    if (purging && now - purgeAt >= 0) {
      purging = !parts.database().purge(session.tables.connection());
      purgeAt = now + MaintenanceTask.PURGE_WAIT;
    }
    if (now - slices.alone() >= 0 && !holdsRetention()) {
      sliceAlone(session, now);
    }
    if (!session.isSuspended() && now - shrinkAt >= 0) {
      boolean more =
          parts.database().shrinkIfLarge(session.tables.connection(), MaintenanceTask.PAGES_MOVED);
      shrinkAt = now + (more ? SHRINK_WAIT : LOOK_WAIT);
    }
    if (!session.isSuspended()) {
      work(session, now);
    }
  }

  private boolean holdsRetention() {
    MaintenanceTask underWay = task.get();
    return underWay != null && underWay.holdsRetention();
  }

  private void purgeSoon() {
    if (!purging) {
      purging = true;
      purgeAt = parts.nanoTime().getAsLong() + MaintenanceTask.PURGE_WAIT;
    }
  }

  private void work(WriterSession session, long now) throws SQLException {
    MaintenanceTask underWay = task.get();
    if (underWay == null || now - next < 0) {
      return;
    }
    long wait;
    try {
      wait = underWay.work(session, context);
    } finally {
      worked.run();
    }
    if (wait == MaintenanceTask.DONE) {
      task.compareAndSet(underWay, null);
    } else {
      next = parts.nanoTime().getAsLong() + wait;
    }
  }

  private void sliceAlone(WriterSession session, long now) throws SQLException {
    WriteBatch writeBatch;
    if (session.tables.isShared()) {
      TopicCache.Wanted wanted = new TopicCache.Wanted();
      wanted.locked().addAll(retentionSweeper.next());
      wanted.read().add(TopicName.BROADCASTS);
      Set<TopicName> held = new HashSet<>();
      writeBatch = session.begin(session.lock(wanted, held));
      retentionSweeper.putBack(held);
      if (!session.tables.retention().takeTurn()) {
        session.tables.rollback();
        slices.done(now, /* more= */ false);
        return;
      }
    } else {
      writeBatch = session.begin(parts.unixMillis().getAsLong());
      session.tables.lock();
    }
    if (!slice(session, writeBatch, now)) {
      return;
    }
    if (writeBatch.isWritten()) {
      writeBatch.finish(session.tables);
      commit.accept(session, writeBatch);
    } else {
      session.tables.rollback();
    }
  }

  /// Whether the next batch takes a slice of retention along.
  boolean isSliceDue(long now) {
    return slices.isDue(now) && !holdsRetention();
  }

  /// Removes a slice of what is beyond its retention, in the transaction of `writeBatch`.
  ///
  /// @return `false` if that fails because of damage or a bug that need not concern anything else:
  ///   the transaction is given up then, and nothing is removed for a while
  boolean slice(WriterSession session, WriteBatch writeBatch, long now) throws SQLException {
    boolean timely = slices.isTimely(now);
    try {
      int extra = timely ? RetentionSweeper.SLICE : 0;
      boolean more =
          retentionSweeper.slice(
              session.tables, session.topicCache, session.clients, writeBatch, extra);
      if (timely) {
        slices.done(now, more);
      }
      return true;
    } catch (SQLException e) {
      if (StorageFault.isCollision(e)) {
        session.giveUp();
        slices.done(now, /* more= */ true);
        return false;
      }
      StorageFault storageFault = StorageFault.of(e);
      if (storageFault != StorageFault.DAMAGED && storageFault != StorageFault.OTHER) {
        throw e;
      }
      rest(session, now, e);
    } catch (RuntimeException e) {
      rest(session, now, e);
    }
    return false;
  }

  private void rest(WriterSession session, long now, Exception e) throws SQLException {
    session.giveUp();
    slices.failed(now);
    log.error(
        "Retention of the {} is suspended for a minute: {}. './tertulia check' says what is wrong.",
        parts.name(),
        String.valueOf(e.getMessage()));
  }

  /// Determines when the next slice of the [RetentionSweeper] is due: with the next batch or, if
  /// there is none for a while, on its own. Times are those of a monotonic clock, in nanoseconds.
  private static final class RetentionSchedule {
    /// The time between slices while there is more to remove, and the time that a due slice waits
    /// for a batch.
    private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(20);

    /// From one slice that failed to the next.
    private static final long REST = TimeUnit.MINUTES.toNanos(1);

    private final RetentionSweeper retentionSweeper;
    private long last;
    private long wait = WAIT;

    RetentionSchedule(RetentionSweeper retentionSweeper, long now) {
      this.retentionSweeper = retentionSweeper;
      last = now - WAIT;
    }

    /// Whether the time for a slice has come.
    boolean isTimely(long now) {
      return now - next() >= 0;
    }

    /// Whether the next batch takes a slice along: the time has come, or much was added meanwhile.
    boolean isDue(long now) {
      return isTimely(now) || (wait != REST && retentionSweeper.isPressing());
    }

    /// When a slice is done that no batch has taken along.
    long alone() {
      return next() + WAIT;
    }

    /// A slice that was timely is done.
    ///
    /// @param more whether there is more to remove
    void done(long now, boolean more) {
      last = now;
      wait = more ? WAIT : IDLE_WAIT;
    }

    /// A slice could not be done.
    void failed(long now) {
      last = now;
      wait = REST;
    }

    private long next() {
      return last + (wait == IDLE_WAIT && retentionSweeper.isDue() ? WAIT : wait);
    }
  }
}
