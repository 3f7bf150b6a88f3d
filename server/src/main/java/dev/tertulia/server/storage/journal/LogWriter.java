package dev.tertulia.server.storage.journal;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the log of one database: each batch is a transaction, and its outcomes are reported once
/// it is committed. Everything except [#health] and [#maintain] is for the thread of the journal
/// only.
///
/// After a failure drafts are refused until [CommitRecovery] has opened the database again. Between
/// batches the writer does what [Maintenance] finds due.
public final class LogWriter {
  private static final Logger log = LoggerFactory.getLogger(LogWriter.class);

  /// How its failures are reported.
  static final String WORK = "the writer of the log";

  /// From one look at the files to the next.
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(500);

  /// How often a batch is tried that collides with other writers.
  private static final int ATTEMPTS = 4;

  /// What a writer works with.
  ///
  /// @param name of the database, for the log
  /// @param note `null` if the database is not to outlast the server
  /// @param terms drawn at random; a 0 is passed over
  /// @param commitListeners are told of every commit, in this order
  /// @param handOver receives stored publications, in order, after all outcomes have been reported
  /// @param meters measures
  /// @param guard receives unexpected failures
  public record Parts(
      String name,
      Database database,
      @Nullable HeadNote note,
      LongSupplier unixMillis,
      LongSupplier nanoTime,
      LongSupplier terms,
      Function<TopicName, Retention> retention,
      ClientExpiry clientExpiry,
      NameBounds names,
      List<CommitListener> commitListeners,
      Consumer<List<Publication>> handOver,
      JournalMeters meters,
      EngineGuard guard) {}

  private final Parts parts;
  private final WriterHealth health;
  private final BatchReporter reporter;
  private final CommitRecovery recovery;
  private final Maintenance maintenance;
  private final ClockWatch clock;

  /// `null` while the database can't be written.
  private @Nullable WriterSession session;

  private long lookedAt;

  /// When the drafts that were written last were committed; 0 if they were not.
  private long committedAt;

  public LogWriter(Parts parts) {
    this.parts = parts;
    health = new WriterHealth(parts.name(), parts.nanoTime(), parts.database().stalled());
    reporter = new BatchReporter(parts);
    recovery = new CommitRecovery(parts, health, reporter);
    maintenance = new Maintenance(parts, reporter::forget, this::commit);
    clock = new ClockWatch(parts.unixMillis().getAsLong(), parts.nanoTime().getAsLong());
    lookedAt = parts.nanoTime().getAsLong() - LOOK;
  }

  /// Whether it can store entries. Any thread.
  public WriterHealth health() {
    return health;
  }

  /// Sets what runs after each part of a task. Any thread.
  void onWorked(Runnable task) {
    maintenance.onWorked(task);
  }

  /// Does a task between batches. Any thread, once the task before has ended.
  void maintain(MaintenanceTask task) {
    maintenance.begin(task);
  }

  /// Opens the database for the first time.
  ///
  /// @throws SQLException if it can't be written
  public void open() throws SQLException {
    session = recovery.open(clock);
  }

  /// Checks now and then that the files are those in the folder.
  private void requireFiles() throws SQLException {
    long now = parts.nanoTime().getAsLong();
    if (now - lookedAt >= LOOK) {
      lookedAt = now;
      parts.database().requireFiles();
    }
  }

  /// Stores or refuses `drafts`, reports the outcomes, and hands over the publications. Never
  /// throws.
  public void write(List<Draft> drafts) {
    committedAt = 0;
    try {
      store(drafts);
    } catch (Throwable failure) {
      // Failures of receipts are caught individually, so nothing has been reported yet.
      parts.guard().caught(WORK, failure);
      WriterSession current = session;
      if (current != null) {
        suspend(current, new SQLException(failure));
      }
      refuse(drafts, ErrorCode.INTERNAL);
    }
  }

  private void store(List<Draft> drafts) {
    Set<TopicName> held = null;
    for (int attempt = 1; true; attempt++) {
      WriterSession current = session;
      if (current == null) {
        refuse(drafts, ErrorCode.UNAVAILABLE);
        return;
      }
      SQLException collision = store(current, drafts, held, attempt < ATTEMPTS);
      if (collision == null) {
        return;
      }
      if (StorageFault.isWaitForLock(collision)) {
        // Others have stopped in the middle: what they hold is refused, everything else is not.
        held = new HashSet<>();
      }
      try {
        current.giveUp();
      } catch (SQLException e) {
        collision.addSuppressed(e);
        suspend(current, collision);
      }
    }
  }

  /// @param held `null` to wait for topics that others have locked
  /// @param again whether it is told if a collision with another writer has prevented it
  /// @return the collision, after which nothing is stored or told; `null` otherwise
  private @Nullable SQLException store(
      WriterSession current, List<Draft> drafts, @Nullable Set<TopicName> held, boolean again) {
    WriteBatch writeBatch;
    try {
      health.beginWork();
      requireFiles();
      boolean locked = drafts.stream().anyMatch(draft -> !(draft instanceof Draft.Signal));
      if (current.tables.isShared()) {
        writeBatch = current.begin(current.lock(drafts, held));
      } else {
        writeBatch = current.begin(parts.unixMillis().getAsLong());
        if (locked) {
          current.tables.lock();
        }
      }
      List<Draft> taken = new ArrayList<>(drafts.size());
      for (Draft draft : drafts) {
        if (maintenance.concerns(draft) || (held != null && isHeld(draft, held))) {
          reporter.refuse(writeBatch, draft, ErrorCode.UNAVAILABLE);
        } else {
          taken.add(draft);
        }
      }
      current.add(writeBatch, taken);
      long now = parts.nanoTime().getAsLong();
      if (locked
          && !current.tables.isShared()
          && maintenance.isSliceDue(now)
          && !maintenance.slice(current, writeBatch, now)) {
        return store(current, drafts, held, again);
      }
      if (writeBatch.isWritten()) {
        if (!current.tables.isShared()) {
          // Counting them takes long in a large database, so that only what is known is noted.
          parts.meters().holds(current.topicCache.knownRooms(), current.clients.knownCount());
        }
        writeBatch.finish(current.tables);
        current.topicCache.removeUnbegun();
      } else {
        current.tables.rollback();
      }
    } catch (SQLException e) {
      if (again && StorageFault.isCollision(e)) {
        return e;
      }
      failed(current, drafts, e);
      return null;
    } catch (Throwable failure) {
      if (!(failure instanceof RuntimeException)) {
        parts.guard().caught(WORK, failure);
      }
      failed(current, drafts, new SQLException(failure));
      return null;
    } finally {
      health.endWork();
    }
    return commit(current, writeBatch, again);
  }

  private static boolean isHeld(Draft draft, Set<TopicName> held) {
    return held.contains(draft.topic())
        || (held.contains(TopicName.BROADCASTS)
            && draft instanceof Draft.Append
            && draft.topic().kind() == TopicName.Kind.INBOX);
  }

  /// Before the commit: certainly nothing is stored.
  private void failed(WriterSession current, List<Draft> drafts, SQLException e) {
    StorageFault storageFault = StorageFault.of(e);
    if (StorageFault.isCollision(e)) {
      try {
        current.giveUp();
        refuse(drafts, ErrorCode.UNAVAILABLE);
        return;
      } catch (SQLException worse) {
        e.addSuppressed(worse);
      }
    }
    if (storageFault == StorageFault.DAMAGED || storageFault == StorageFault.OTHER) {
      try {
        current.giveUp();
        if (drafts.size() > 1) {
          // One of them it is: the others need not suffer for it.
          for (Draft draft : drafts) {
            write(List.of(draft));
          }
          return;
        }
        if (storageFault == StorageFault.OTHER) {
          log.error("An entry is refused because of a bug: please report it", e);
          refuse(drafts, ErrorCode.INTERNAL);
          return;
        }
      } catch (SQLException worse) {
        e.addSuppressed(worse);
      }
    }
    // First, so that a client that gets the refusal finds the cause.
    suspend(current, e);
    refuse(drafts, ErrorCode.UNAVAILABLE);
  }

  private void commit(WriterSession current, WriteBatch writeBatch) {
    commit(current, writeBatch, /* again= */ false);
  }

  /// @return the collision with another writer by which nothing is stored or told, if `again`;
  ///   `null` otherwise
  private @Nullable SQLException commit(
      WriterSession current, WriteBatch writeBatch, boolean again) {
    if (writeBatch.isWritten()) {
      long since = parts.nanoTime().getAsLong();
      try {
        health.beginWork();
        long began = System.nanoTime();
        current.tables.commit(parts.database());
        committedAt = System.nanoTime();
        parts.meters().committed(committedAt - began);
      } catch (SQLException e) {
        if (again && StorageFault.isCollision(e) && !parts.database().mayComeToLight(e)) {
          return e;
        }
        recovery.commitFailed(writeBatch, parts.database().mayComeToLight(e), since);
        suspend(current, e);
        return null;
      } catch (Throwable failure) {
        recovery.commitFailed(writeBatch, true, since);
        parts.guard().caught(WORK, failure);
        suspend(current, new SQLException(failure));
        return null;
      } finally {
        health.endWork();
      }
      current.seq = writeBatch.seq;
      current.committedAt = parts.nanoTime().getAsLong();
      parts.meters().removed(writeBatch.trimmedEntries());
      recovery.note(current);
    }
    reporter.committed(writeBatch);
    try {
      maintenance.committed(writeBatch);
      writeBatch.release();
      current.topicCache.shrink();
      if (writeBatch.isWritten()) {
        parts.database().tend(current.tables.connection(), writeBatch.publications().size());
      }
    } catch (SQLException e) {
      suspend(current, e);
    } catch (Throwable failure) {
      // What the session knows about its topics may be invalid now.
      parts.guard().caught(WORK, failure);
      suspend(current, new SQLException(failure));
    }
    return null;
  }

  /// When the drafts that were written last were committed, by [System#nanoTime]; 0 if nothing of
  /// them was.
  long committedAt() {
    return committedAt;
  }

  /// Refuses drafts to be stored; signals are still delivered. On the writer's thread.
  void refuse(List<Draft> drafts, ErrorCode code) {
    reporter.refuse(drafts, code);
  }

  private void suspend(WriterSession failed, SQLException e) {
    failed.suspend();
    session = null;
    recovery.suspended(failed, e);
    maintenance.suspend();
  }

  /// Does what is due besides writing, a part of it: opening the database again, or maintenance.
  /// Called after each batch, and again when the time has come.
  ///
  /// @return how long that is, in nanoseconds
  public long tend() {
    long now = parts.nanoTime().getAsLong();
    WriterSession current = session;
    if (current == null) {
      if (now - recovery.retryAt() >= 0) {
        session = recovery.reopen();
      }
      return session == null ? Math.max(0, recovery.retryAt() - parts.nanoTime().getAsLong()) : 0;
    }
    try {
      requireFiles();
      if (!current.tables.isShared()) {
        clock.look(parts.unixMillis().getAsLong(), now);
      }
      maintenance.tend(current, now);
    } catch (SQLException e) {
      suspend(current, e);
      return 0;
    } catch (Throwable failure) {
      parts.guard().caught(WORK, failure);
      suspend(current, new SQLException(failure));
      return 0;
    }
    return Math.max(0, maintenance.untilNext(now));
  }

  /// Releases the database. The outcome of a failed commit is determined before, if that can be
  /// done now.
  public void close() {
    if (recovery.isPending()) {
      session = recovery.reopen();
    }
    maintenance.suspend();
    recovery.close(session);
    session = null;
  }
}
