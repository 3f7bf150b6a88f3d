package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.journal.HeadCache;
import dev.tertulia.server.storage.journal.LogWriter;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.journal.WriterSession;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The part of the writer in erasing clients while it runs: one at a time, in slices between
/// batches. Owned by the writer, unless stated otherwise.
public final class ErasureRunner {
  /// From one slice to the next.
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(5);

  /// How a batch is committed; a failure is the writer's to deal with.
  public interface Commits {
    void commit(WriterSession session, WriteBatch writeBatch);
  }

  private final LogWriter.Parts parts;
  private final HeadCache headCache;
  private final Commits commits;

  /// The current erasure; `null` for none. Set by the searching thread while it is `null`, cleared
  /// by the writer.
  private final AtomicReference<@Nullable ErasureTask> underWay = new AtomicReference<>();

  private long next;

  public ErasureRunner(LogWriter.Parts parts, HeadCache headCache, Commits commits) {
    this.parts = parts;
    this.headCache = headCache;
    this.commits = commits;
  }

  /// Begins one. Any thread, while nothing is under way.
  public void begin(ErasureTask task) {
    underWay.set(task);
  }

  /// Whether a draft is of the client that is being erased, or for it.
  public boolean concern(Draft draft) {
    ErasureTask task = underWay.get();
    return task != null && task.concerns(draft);
  }

  /// The database can't be written, or the journal ends: all of it is to be done again.
  public void breakOff() {
    ErasureTask task = underWay.getAndSet(null);
    if (task != null) {
      task.breakOff();
    }
  }

  /// How long there is nothing to do, in nanoseconds.
  public long untilNext(long now) {
    return underWay.get() == null ? Long.MAX_VALUE : next - now;
  }

  /// Does a little of what is under way, if its time has come.
  ///
  /// @throws SQLException if the session can't be used any more
  public void tend(WriterSession session, long now) throws SQLException {
    ErasureTask task = underWay.get();
    if (task == null || now - next < 0) {
      return;
    }
    if (task.hasEnded()) {
      underWay.compareAndSet(task, null);
      return;
    }
    switch (task.phase()) {
      case BEGINNING, ERASING, EMPTYING -> {
        slice(session, task);
        next = parts.nanoTime().getAsLong() + WAIT;
      }
      case PURGING -> {
        if (parts.database().purge(session.tables.connection())) {
          rewrite(task);
        }
        next = now + LogWriter.PURGE_WAIT;
      }
      case REWRITTEN -> {
        if (parts.database().purge(session.tables.connection())) {
          underWay.set(null);
          task.done();
        }
        next = now + LogWriter.PURGE_WAIT;
      }
    }
  }

  private void slice(WriterSession session, ErasureTask task) throws SQLException {
    WriteBatch writeBatch;
    try {
      writeBatch = session.begin(parts.unixMillis().getAsLong());
      session.tables.lock();
      if (task.phase() == ErasureTask.Phase.BEGINNING) {
        forget(session, task.steps().client());
      }
      task.slice(session.tables, session.topicCache, writeBatch);
      if (writeBatch.isWritten()) {
        writeBatch.finish(session.tables);
      } else {
        session.tables.rollback();
      }
    } catch (SQLException e) {
      if (StorageFault.of(e) != StorageFault.DAMAGED && StorageFault.of(e) != StorageFault.OTHER) {
        throw e;
      }
      fail(session, task, e);
      return;
    } catch (RuntimeException e) {
      fail(session, task, e);
      return;
    } catch (Throwable failure) {
      underWay.set(null);
      task.fail(new IllegalStateException("the erasure is incomplete: " + failure, failure));
      throw failure;
    }
    if (writeBatch.isWritten()) {
      commits.commit(session, writeBatch);
    }
    if (!task.hasEnded()) {
      task.committed();
    }
  }

  private void forget(WriterSession session, String client) {
    session.senderCache.clear();
    session.clients.forget(client);
    headCache.forget(TopicName.inbox(new ClientId(client)));
  }

  private void fail(WriterSession session, ErasureTask task, Exception e) throws SQLException {
    session.giveUp();
    underWay.set(null);
    task.fail(
        new CorruptionException(
            "the erasure is incomplete, because of damage in the %s or a bug: %s. './tertulia check' lists the damage"
                .formatted(parts.name(), e.getMessage()),
            e));
  }

  private void rewrite(ErasureTask task) {
    try {
      parts.database().rewrite();
      task.rewritten();
    } catch (SQLException e) {
      underWay.set(null);
      task.fail(
          new DataFolderException(
              "the client is erased, but the database file can't be rewritten and may still hold traces: %s (%s). To fix this, %s, and run this again"
                  .formatted(
                      StorageFault.of(e).words(), e.getMessage(), StorageFault.of(e).remedy()),
              e));
    }
  }
}
