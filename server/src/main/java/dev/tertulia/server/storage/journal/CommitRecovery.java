package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.rows.BatchRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.topic.Outcome;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the database for the writer, and again after each failure, and determines what became of
/// the batch whose commit failed. Owned by the writer.
///
/// Each opening draws a new term and commits an empty batch with it, which shows that the database
/// can be written. After a failure the connection is dropped, and opening is retried after
/// [#FIRST_WAIT] to [#LONGEST_WAIT] until it succeeds.
///
/// A failed commit may have taken effect nevertheless, at once or, after a crash, when the database
/// is recovered. So its batch is resolved first in the next term: its `(term, seq)` is stored as
/// aborted. If that succeeds, it is certain that the batch is not stored and never will be, and it
/// is refused; if such a row exists already, the batch was committed, and its outcomes are reported
/// like any others. A commit that failed in a way that can't take effect later is refused before
/// that, as soon as the new connection does not find it: no client waits for disk space to learn
/// that there is none.
///
/// The outcome may stay open for long, such as while a database server waits for a standby that is
/// gone. In a shared database the drafts are then answered with [Outcome.Unconfirmed] after
/// [#PATIENCE], at the end of an attempt to open it again; what was published is told to listeners
/// and subscribers when it has turned out to be stored.
public final class CommitRecovery {
  private static final Logger log = LoggerFactory.getLogger(CommitRecovery.class);

  static final long FIRST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);
  static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(2);

  /// How long whoever waits for a commit in a shared database is not told that its outcome is open.
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  /// How long it must have worked for the next failure to count as the first.
  private static final long STEADY = TimeUnit.SECONDS.toNanos(10);

  private final LogWriter.Parts parts;
  private final WriterHealth health;
  private final BatchReporter reporter;

  /// The batch whose commit failed, until its outcome is known.
  private @Nullable WriteBatch unsettled;

  /// When its commit began, by the monotonic clock.
  private long unsettledSince;

  /// Whether it may still be found stored, though the next connection should not find it.
  private boolean mayComeToLight;

  /// The session that failed last, until another has begun; `null` for none.
  private @Nullable WriterSession last;

  /// The connection to files that are no longer in the folder; `null` while they are.
  private @Nullable LogTables kept;

  private long openedAt;
  private long retryAt;
  private long wait = FIRST_WAIT;
  private boolean noteFailed;

  CommitRecovery(LogWriter.Parts parts, WriterHealth health, BatchReporter reporter) {
    this.parts = parts;
    this.health = health;
    this.reporter = reporter;
  }

  /// Opens the database for the first time.
  ///
  /// @throws SQLException if it can't be written
  WriterSession open(ClockWatch clock) throws SQLException {
    WriterSession opened = connect();
    warnOfLostEnd(opened.tables);
    if (!opened.tables.isShared()) {
      clock.compare(opened.tables.newestBatch());
    }
    begin(opened);
    return opened;
  }

  /// Opens it again after a failure.
  ///
  /// @return `null` if it can't be written yet: see [#retryAt]
  @Nullable WriterSession reopen() {
    WriterSession opened;
    try {
      opened = connect();
      begin(opened);
    } catch (SQLException e) {
      retryLater(e);
      return null;
    } catch (Throwable failure) {
      parts.guard().caught(LogWriter.WORK, failure);
      retryLater(new SQLException(failure));
      return null;
    }
    if (kept != null) {
      closeQuietly(kept);
      kept = null;
    }
    health.recovered();
    return opened;
  }

  /// The outcome of a commit is unknown.
  ///
  /// @param mayTakeEffect whether the batch may still be stored later
  /// @param since when the commit began
  void commitFailed(WriteBatch writeBatch, boolean mayTakeEffect, long since) {
    unsettledSince = since;
    unsettled = writeBatch;
    mayComeToLight = mayTakeEffect;
  }

  /// Whether the outcome of a batch is still unknown.
  boolean isPending() {
    return unsettled != null;
  }

  /// A session can't be used any more.
  void suspended(WriterSession failed, SQLException e) {
    last = failed;
    letGo(failed.tables, StorageFault.of(e));
    if (parts.nanoTime().getAsLong() - openedAt > STEADY) {
      wait = FIRST_WAIT;
    }
    retryLater(e);
  }

  private void retryLater(SQLException e) {
    retryAt = parts.nanoTime().getAsLong() + wait;
    wait = Math.min(2 * wait, LONGEST_WAIT);
    health.failed(e);
    WriteBatch open = unsettled;
    if (open != null
        && parts.database().isShared()
        && parts.nanoTime().getAsLong() - unsettledSince >= PATIENCE) {
      open.leaveOpen(parts.guard());
    }
  }

  /// When [#reopen] is due, by the monotonic clock.
  long retryAt() {
    return retryAt;
  }

  private WriterSession connect() throws SQLException {
    parts.database().requireFiles();
    Database database = parts.database();
    boolean shared = database.isShared();
    LogTables tables = LogTables.of(database.connect(), shared);
    try {
      return new WriterSession(tables, newTerm(), parts.names(), shared ? database::clock : null);
    } catch (Throwable e) {
      closeQuietly(tables);
      throw e;
    }
  }

  private long newTerm() {
    long term = parts.terms().getAsLong();
    while (term == 0) {
      term = parts.terms().getAsLong();
    }
    return term;
  }

  /// Commits the first batch of a term, and resolves the last one of the previous term.
  private void begin(WriterSession opened) throws SQLException {
    boolean happened = false;
    boolean lost = false;
    WriteBatch old;
    try {
      health.beginWork();
      WriteBatch first = opened.beginAlone(parts.unixMillis());
      if (opened.tables.isShared()) {
        opened.tables.passOverLost();
        lost = hasLostEnd(opened.tables);
      }
      refuseWhatIsNotThere(opened.tables);
      old = unsettled;
      if (old == null) {
        parts.database().requireRoom();
      } else {
        happened = !abort(opened.tables, old);
      }
      first.finish(opened.tables);
      opened.tables.commit(parts.database());
      opened.seq = first.seq;
      opened.committedAt = parts.nanoTime().getAsLong();
    } catch (Throwable e) {
      closeQuietly(opened.tables);
      throw e;
    } finally {
      health.endWork();
    }
    note(opened);
    last = null;
    if (lost) {
      log.warn(
          "The {} has lost entries that were stored: its server has crashed, or failed over to a"
              + " standby that did not have them. Clients that had seen more are told; check the"
              + " database server",
          parts.name());
      reporter.lost();
    }
    if (old != null) {
      unsettled = null;
      if (happened) {
        reporter.committed(old);
      } else {
        old.refuseAll(parts.guard());
      }
      requireRoom(opened);
    }
    openedAt = parts.nanoTime().getAsLong();
  }

  /// Whether the last batch of the session before is no longer there. After a while others may have
  /// removed it, because it was old.
  private boolean hasLostEnd(LogTables tables) throws SQLException {
    WriterSession before = last;
    return before != null
        && before.seq > 0
        && parts.nanoTime().getAsLong() - before.committedAt
            < RetentionSweeper.BATCH_AGE.toNanos() / 2
        && tables.batch(before.term, before.seq) == null;
  }

  /// Refuses the batch whose commit failed, if it is certain already that it is not stored.
  ///
  /// @param tables with the write lock held
  private void refuseWhatIsNotThere(LogTables tables) throws SQLException {
    WriteBatch old = unsettled;
    if (old != null && !mayComeToLight && tables.batch(old.term, old.seq) == null) {
      unsettled = null;
      old.refuseAll(parts.guard());
    }
  }

  /// Pending outcomes do not wait for disk space, but later drafts do.
  private void requireRoom(WriterSession opened) throws SQLException {
    try {
      parts.database().requireRoom();
    } catch (SQLException e) {
      closeQuietly(opened.tables);
      throw e;
    }
  }

  /// Stores that `batch` is aborted. In a shared database it waits for the transaction of that, if
  /// that has come so far; otherwise that fails when it comes to its row.
  ///
  /// @return `false` if it was committed
  private static boolean abort(LogTables tables, WriteBatch writeBatch) throws SQLException {
    if (tables.putAtOnce(new BatchRow(writeBatch.term, writeBatch.seq, writeBatch.now, true, ""))) {
      return true;
    }
    BatchRow row = tables.batch(writeBatch.term, writeBatch.seq);
    return row != null && row.aborted();
  }

  /// Records the newest batch beside the database.
  void note(WriterSession current) {
    HeadNote note = parts.note();
    if (note != null) {
      try {
        note.write(current.term, current.seq);
        noteFailed = false;
      } catch (IOException e) {
        if (!noteFailed) {
          log.warn(
              "Cannot write the head note of the {} ({}): if the database lost its end now, it"
                  + " would not be detected. Check the disk and the permissions of the data folder",
              parts.name(),
              DataFolder.reason(e));
        }
        noteFailed = true;
      } catch (Throwable failure) {
        parts.guard().caught("the note of the log's head", failure);
      }
    }
  }

  private void warnOfLostEnd(LogTables tables) throws SQLException {
    HeadNote.Head noted = parts.note() == null ? null : parts.note().newest();
    long lost = noted == null ? 0 : lost(noted, tables);
    if (lost > 0) {
      log.error(
          "The {} has lost its end: {} confirmed batches are missing. Was a file of the data folder"
              + " truncated, deleted or replaced? Clients that had seen more are told; the lost"
              + " entries may be in a backup, which './tertulia restore' puts back.",
          parts.name(),
          lost);
    }
  }

  /// How many batches of the noted one's term are missing at the log's end.
  public static long lost(HeadNote.Head noted, LogTables tables) throws SQLException {
    return noted.seq() - tables.lastSeq(noted.term());
  }

  /// Releases the database and its head note.
  ///
  /// @param session the session in use; `null` for none
  void close(@Nullable WriterSession session) {
    parts.database().close();
    if (session != null) {
      try {
        parts.database().requireFiles();
        closeQuietly(session.tables);
      } catch (SQLException e) {
        letGo(session.tables, StorageFault.of(e));
      }
    }
    try {
      if (parts.note() != null) {
        parts.note().close();
      }
    } catch (IOException e) {
      log.debug("Failed to close the head note", e);
    }
  }

  /// Closes a connection, unless its files are not those in the folder: SQLite would bring the
  /// write-ahead log into what was cut off, or remove that of another database. Such a connection
  /// is kept until the files are there again, or the process ends.
  private void letGo(LogTables tables, StorageFault storageFault) {
    if (storageFault != StorageFault.MOVED && storageFault != StorageFault.CUT_OFF) {
      closeQuietly(tables);
      return;
    }
    try {
      tables.rollback();
    } catch (SQLException | RuntimeException e) {
      log.debug("Failed to roll back a transaction", e);
    }
    kept = tables;
  }

  private void closeQuietly(LogTables tables) {
    try {
      tables.close();
    } catch (SQLException | RuntimeException e) {
      log.debug("Failed to close a database connection", e);
    }
    parts.database().released();
  }
}
