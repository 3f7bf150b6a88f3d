package dev.tertulia.server.storage.journal;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.JournalHealth;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.rows.BatchRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.sqlite.Database;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.sql.SQLException;
import java.util.LinkedHashSet;
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
/// it is committed. Everything except [#health] is for the thread of the journal only.
///
/// Each opening of the database draws a new term and commits an empty batch with it, which shows
/// that the database can be written. After a failure the connection is dropped, drafts are refused,
/// and opening is retried after [#FIRST_WAIT] to [#LONGEST_WAIT] until it succeeds.
///
/// A failed commit may have taken effect nevertheless, at once or, after a crash, when the database
/// is recovered. So its batch is resolved first in the next term: its `(term, seq)` is stored as
/// aborted. If that succeeds, it is certain that the batch is not stored and never will be, and it
/// is refused; if such a row exists already, the batch was committed, and its outcomes are reported
/// like any others. A commit that failed in a way that can't take effect later is refused before
/// that, as soon as the new connection does not find it: no client waits for disk space to learn
/// that there is none.
public final class LogWriter {
  private static final Logger log = LoggerFactory.getLogger(LogWriter.class);

  static final long FIRST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);
  static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(2);

  /// How its failures are reported.
  private static final String WORK = "the writer of the log";

  /// How long it must have worked for the next failure to count as the first.
  private static final long STEADY = TimeUnit.SECONDS.toNanos(10);

  /// How long a disk may take for a batch.
  public static final long STALL = TimeUnit.SECONDS.toNanos(5);

  /// From one look at the files to the next.
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(500);

  /// From one try to empty the write-ahead log to the next.
  public static final long PURGE_WAIT = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long IDLE_WAIT = TimeUnit.SECONDS.toNanos(1);

  /// What a writer works with.
  ///
  /// @param name of the database, for the log
  /// @param note `null` if the database is not to outlast the server
  /// @param terms drawn at random; a 0 is passed over
  /// @param commitListener is told of every commit
  /// @param handOver receives stored publications, in order, after all outcomes have been reported
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
      CommitListener commitListener,
      Consumer<List<Publication>> handOver,
      EngineGuard guard) {}

  private final Parts parts;
  private final RetentionSweeper retentionSweeper;
  private @Nullable WriterSession session;

  /// The batch whose commit failed, until it is settled.
  private @Nullable WriteBatch unsettled;

  /// Whether it may still be found stored, though the next connection should not find it.
  private boolean mayComeToLight;

  private final HeadCache headCache = new HeadCache();

  private volatile JournalHealth health = JournalHealth.OK;

  /// Since when the writer waits for the disk, or works with it; 0 while it does not.
  private volatile long waitingSince;

  /// Owned by the thread that calls [#tellOfStall].
  private boolean stallTold;

  /// The connection to files that are no longer in the folder; `null` while they are.
  private @Nullable LogTables kept;

  private final ClockWatch clock;
  private long lookedAt;
  private long openedAt;
  private long retryAt;
  private long wait = FIRST_WAIT;
  private boolean purging = true;
  private long purgeAt;
  private final RetentionSchedule slices;
  private boolean noteFailed;

  private final Maintenance maintenance;

  public LogWriter(Parts parts) {
    this.parts = parts;
    retentionSweeper = new RetentionSweeper(parts.retention(), parts.clientExpiry());
    maintenance =
        new Maintenance(
            new MaintenanceTask.Context(
                parts.name(), parts.database(), parts.unixMillis(), headCache, this::commit),
            parts.nanoTime());
    clock = new ClockWatch(parts.unixMillis().getAsLong(), parts.nanoTime().getAsLong());
    lookedAt = parts.nanoTime().getAsLong() - LOOK;
    slices = new RetentionSchedule(retentionSweeper, parts.nanoTime().getAsLong());
  }

  /// Whether it can store now. Any thread.
  public JournalHealth health() {
    return isStalled() ? new JournalHealth(false, cause(StorageFault.STALLED)) : health;
  }

  /// Whether the disk lets the writer wait for too long. Any thread.
  private boolean isStalled() {
    long since = waitingSince;
    return since != 0 && parts.nanoTime().getAsLong() - since > STALL;
  }

  /// Logs when the disk does not answer, and when it does again. One thread, not the writer's.
  void tellOfStall() {
    boolean stalled = isStalled();
    if (stalled && !stallTold) {
      log.error(
          "Nothing can be stored: {}, for {} s now. To fix this, {}; the server continues by itself"
              + " when the disk does.",
          cause(StorageFault.STALLED),
          TimeUnit.NANOSECONDS.toSeconds(STALL),
          StorageFault.STALLED.remedy());
    } else if (!stalled && stallTold) {
      log.info("The disk of the {} responds again", parts.name());
    }
    stallTold = stalled;
  }

  private String cause(StorageFault storageFault) {
    return "cannot write the %s: %s".formatted(parts.name(), storageFault.words());
  }

  /// From here on the writer may wait for the disk.
  private void began() {
    waitingSince = Math.max(1, parts.nanoTime().getAsLong());
  }

  private void ended() {
    waitingSince = 0;
  }

  /// Looks whether the files are there, every now and then.
  private void requireFiles() throws SQLException {
    long now = parts.nanoTime().getAsLong();
    if (now - lookedAt >= LOOK) {
      lookedAt = now;
      parts.database().requireFiles();
    }
  }

  /// Opens the database for the first time.
  ///
  /// @throws SQLException if it can't be written
  public void open() throws SQLException {
    WriterSession opened = connect();
    warnOfLostEnd(opened.tables);
    clock.compare(opened.tables.newestBatch());
    begin(opened);
  }

  private WriterSession connect() throws SQLException {
    parts.database().requireFiles();
    LogTables tables = new LogTables(parts.database().connect());
    try {
      return new WriterSession(tables, newTerm(), parts.names());
    } catch (Throwable e) {
      closeQuietly(tables);
      throw e;
    }
  }

  /// Commits the first batch of a term, and resolves the last one of the previous term.
  private void begin(WriterSession opened) throws SQLException {
    boolean happened = false;
    WriteBatch old;
    try {
      began();
      opened.tables.lock();
      refuseWhatIsNotThere(opened.tables);
      old = unsettled;
      if (old == null) {
        parts.database().requireRoom();
      } else {
        happened = !abort(opened.tables, old);
      }
      WriteBatch first = opened.begin(parts.unixMillis().getAsLong());
      first.finish(opened.tables);
      parts.database().commit(opened.tables.connection());
      opened.seq = first.seq;
    } catch (Throwable e) {
      closeQuietly(opened.tables);
      throw e;
    } finally {
      ended();
    }
    note(opened);
    if (old != null) {
      unsettled = null;
      if (happened) {
        tell(old);
      } else {
        old.refuseAll(parts.guard());
      }
      requireRoom(opened);
    }
    session = opened;
    openedAt = parts.nanoTime().getAsLong();
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

  /// Stores that `batch` is aborted.
  ///
  /// @return `false` if it was committed
  private static boolean abort(LogTables tables, WriteBatch writeBatch) throws SQLException {
    if (tables.put(new BatchRow(writeBatch.term, writeBatch.seq, writeBatch.now, true, ""))) {
      return true;
    }
    BatchRow row = tables.batch(writeBatch.term, writeBatch.seq);
    return row != null && row.aborted();
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

  private long newTerm() {
    long term = parts.terms().getAsLong();
    while (term == 0) {
      term = parts.terms().getAsLong();
    }
    return term;
  }

  /// Stores or refuses `drafts`, reports the outcomes, and hands over the publications. Never
  /// throws.
  public void write(List<Draft> drafts) {
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
    WriterSession current = session;
    if (current == null) {
      refuse(drafts, ErrorCode.UNAVAILABLE);
      return;
    }
    WriteBatch writeBatch = current.begin(parts.unixMillis().getAsLong());
    try {
      began();
      requireFiles();
      boolean locked = drafts.stream().anyMatch(draft -> !(draft instanceof Draft.Signal));
      if (locked) {
        current.tables.lock();
      }
      for (Draft draft : drafts) {
        if (maintenance.concerns(draft)) {
          refuse(writeBatch, draft, ErrorCode.UNAVAILABLE);
        } else {
          current.entryAppender.add(writeBatch, draft);
        }
      }
      long now = parts.nanoTime().getAsLong();
      if (locked && slices.isDue(now) && !slice(current, writeBatch, now)) {
        store(drafts);
        return;
      }
      if (writeBatch.isWritten()) {
        writeBatch.finish(current.tables);
      } else {
        current.tables.rollback();
      }
    } catch (SQLException e) {
      failed(current, drafts, e);
      return;
    } catch (Throwable failure) {
      if (!(failure instanceof RuntimeException)) {
        parts.guard().caught(WORK, failure);
      }
      failed(current, drafts, new SQLException(failure));
      return;
    } finally {
      ended();
    }
    commit(current, writeBatch);
  }

  /// Before the commit: certainly nothing is stored.
  private void failed(WriterSession current, List<Draft> drafts, SQLException e) {
    StorageFault storageFault = StorageFault.of(e);
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
    if (writeBatch.isWritten()) {
      try {
        began();
        parts.database().commit(current.tables.connection());
      } catch (SQLException e) {
        unsettled = writeBatch;
        mayComeToLight = parts.database().mayComeToLight(e);
        suspend(current, e);
        return;
      } catch (Throwable failure) {
        unsettled = writeBatch;
        mayComeToLight = true;
        parts.guard().caught(WORK, failure);
        suspend(current, new SQLException(failure));
        return;
      } finally {
        ended();
      }
      current.seq = writeBatch.seq;
      note(current);
    }
    tell(writeBatch);
    try {
      if (writeBatch.hasBlanked()) {
        purgeSoon();
      }
      writeBatch.touched().forEach(retentionSweeper::look);
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
  }

  private void note(WriterSession current) {
    HeadNote note = parts.note();
    if (note != null) {
      try {
        note.write(current.term, current.seq);
        noteFailed = false;
      } catch (IOException e) {
        if (!noteFailed) {
          log.warn(
              "Cannot write the head note of the {} ({}): if the database lost its end now, it"
                  + " would not be detected",
              parts.name(),
              DataFolder.reason(e));
        }
        noteFailed = true;
      } catch (Throwable failure) {
        parts.guard().caught("the note of the log's head", failure);
      }
    }
  }

  /// Reports the outcomes of a committed batch. Never throws: each part is done regardless of
  /// failures of the others.
  private void tell(WriteBatch writeBatch) {
    boolean whole = guarded("a copy of the log", () -> writeBatch.tell(parts.commitListener()));
    writeBatch.settleAll(parts.guard());
    whole &= guarded("the heads of signals", () -> headCache.note(writeBatch.publications()));
    whole &= handOver(writeBatch.publications());
    if (!whole) {
      renew(writeBatch.publications());
    }
  }

  /// Listeners and subscribers that may have missed a part of a confirmed batch start over.
  private void renew(List<Publication> publications) {
    Set<TopicName> topics = new LinkedHashSet<>();
    for (Publication publication : publications) {
      if (publication.position() != null) {
        topics.add(publication.topic());
      }
    }
    for (TopicName topic : topics) {
      guarded("starting over with a topic", () -> parts.commitListener().renewed(topic));
    }
  }

  /// @return whether it did not fail
  private boolean guarded(String work, Runnable task) {
    try {
      task.run();
      return true;
    } catch (Throwable failure) {
      parts.guard().caught(work, failure);
      return false;
    }
  }

  private boolean handOver(List<Publication> publications) {
    return publications.isEmpty()
        || guarded("the delivery of a batch", () -> parts.handOver().accept(publications));
  }

  /// Refuses drafts to be stored; signals are still delivered. On the writer's thread.
  void refuse(List<Draft> drafts, ErrorCode code) {
    long now = parts.unixMillis().getAsLong();
    WriteBatch signals = new WriteBatch(0, 0, now);
    for (Draft draft : drafts) {
      refuse(signals, draft, code);
    }
    signals.settleAll(parts.guard());
    handOver(signals.publications());
  }

  private void refuse(WriteBatch signals, Draft draft, ErrorCode code) {
    switch (draft) {
      case Draft.Append append -> signals.settle(append.receipt(), new Outcome.Refused(code));
      case Draft.Mark mark -> signals.settle(mark.receipt(), new Outcome.Refused(code));
      case Draft.Membership change -> signals.settle(change.receipt(), new Outcome.Refused(code));
      case Draft.Seen seen -> signals.settle(seen.receipt(), new Outcome.Refused(code));
      case Draft.Acked acked -> signals.settle(acked.receipt(), new Outcome.Refused(code));
      case Draft.Shown shown -> signals.settle(shown.receipt(), new Outcome.Refused(code));
      case Draft.Signal signal ->
          signals.publish(
              new Publication(
                  signal.topic(),
                  null,
                  headCache.of(signal.topic()),
                  signals.now,
                  "",
                  signal.entry(),
                  signal.except()));
    }
  }

  private void suspend(WriterSession failed, SQLException e) {
    letGo(failed.tables, StorageFault.of(e));
    session = null;
    maintenance.suspend();
    long now = parts.nanoTime().getAsLong();
    if (now - openedAt > STEADY) {
      wait = FIRST_WAIT;
    }
    trouble(e, now);
  }

  private void trouble(SQLException e, long now) {
    StorageFault storageFault = StorageFault.of(e);
    retryAt = now + wait;
    wait = Math.min(2 * wait, LONGEST_WAIT);
    String cause = cause(storageFault);
    if (!health.cause().equals(cause)) {
      log.error(
          "Nothing can be stored: {} ({}). To fix this, {}; the server keeps retrying and continues"
              + " by itself.",
          cause,
          e.getMessage(),
          storageFault.remedy());
      health = new JournalHealth(false, cause);
    }
  }

  /// Does a little maintenance: reopening the database, retention. To be called after each batch,
  /// and again when its time has come.
  ///
  /// @return how long that is, in nanoseconds
  public long tend() {
    long now = parts.nanoTime().getAsLong();
    WriterSession current = session;
    if (current == null) {
      if (now - retryAt >= 0) {
        reopen();
      }
      return session == null ? Math.max(0, retryAt - parts.nanoTime().getAsLong()) : 0;
    }
    try {
      requireFiles();
      clock.look(parts.unixMillis().getAsLong(), now);
      if (parts.database().isSwollen()) {
        purgeSoon();
      }
      if (purging && now - purgeAt >= 0) {
        purging = !parts.database().purge(current.tables.connection());
        purgeAt = now + PURGE_WAIT;
      }
      if (now - slices.alone() >= 0) {
        sliceAlone(current, now);
      }
      if (session == current) {
        maintenance.tend(current, now);
      }
    } catch (SQLException e) {
      suspend(current, e);
      return 0;
    } catch (Throwable failure) {
      parts.guard().caught(WORK, failure);
      suspend(current, new SQLException(failure));
      return 0;
    }
    long wait = Math.min(slices.alone() - now, purging ? purgeAt - now : IDLE_WAIT);
    return Math.max(0, Math.min(wait, maintenance.untilNext(now)));
  }

  /// Does a task between batches. Any thread, once the task before has ended.
  void maintain(MaintenanceTask task) {
    maintenance.begin(task);
  }

  private void sliceAlone(WriterSession current, long now) throws SQLException {
    WriteBatch writeBatch = current.begin(parts.unixMillis().getAsLong());
    current.tables.lock();
    if (!slice(current, writeBatch, now)) {
      return;
    }
    if (writeBatch.isWritten()) {
      writeBatch.finish(current.tables);
      commit(current, writeBatch);
    } else {
      current.tables.rollback();
    }
  }

  /// Runs a retention slice in the transaction of `writeBatch`.
  ///
  /// @return `false` if it failed because of damage or a bug that need not affect anything else:
  ///   the transaction is rolled back then, and retention is suspended for a while
  private boolean slice(WriterSession current, WriteBatch writeBatch, long now)
      throws SQLException {
    boolean timely = slices.isTimely(now);
    try {
      int extra = timely ? RetentionSweeper.SLICE : 0;
      boolean more =
          retentionSweeper.slice(
              current.tables, current.topicCache, current.clients, writeBatch, extra);
      if (timely) {
        slices.done(now, more);
      }
      return true;
    } catch (SQLException e) {
      StorageFault storageFault = StorageFault.of(e);
      if (storageFault != StorageFault.DAMAGED && storageFault != StorageFault.OTHER) {
        throw e;
      }
      rest(current, now, e);
    } catch (RuntimeException e) {
      rest(current, now, e);
    }
    return false;
  }

  private void rest(WriterSession current, long now, Exception e) throws SQLException {
    current.giveUp();
    slices.failed(now);
    log.error(
        "Retention of the {} is suspended for a minute: {}. './tertulia check' says what is wrong.",
        parts.name(),
        String.valueOf(e.getMessage()));
  }

  private void purgeSoon() {
    if (!purging) {
      purging = true;
      purgeAt = parts.nanoTime().getAsLong() + PURGE_WAIT;
    }
  }

  private void reopen() {
    try {
      begin(connect());
    } catch (SQLException e) {
      trouble(e, parts.nanoTime().getAsLong());
      return;
    } catch (Throwable failure) {
      parts.guard().caught(WORK, failure);
      trouble(new SQLException(failure), parts.nanoTime().getAsLong());
      return;
    }
    if (kept != null) {
      closeQuietly(kept);
      kept = null;
    }
    health = JournalHealth.OK;
    log.info("The {} can be written again", parts.name());
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

  /// Lets the database go. A batch whose commit failed is settled before, if that can be done now.
  public void close() {
    if (unsettled != null) {
      reopen();
    }
    maintenance.suspend();
    parts.database().close();
    if (session != null) {
      try {
        parts.database().requireFiles();
        closeQuietly(session.tables);
      } catch (SQLException e) {
        letGo(session.tables, StorageFault.of(e));
      }
      session = null;
    }
    try {
      if (parts.note() != null) {
        parts.note().close();
      }
    } catch (IOException e) {
      log.debug("Failed to close the head note", e);
    }
  }
}
