package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.journal.MaintenanceTask;
import dev.tertulia.server.storage.journal.TopicCache;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.journal.WriterSession;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The erasure of one client while a journal runs, shared by two threads: [ErasureRunner] searches,
/// and the writer of the journal erases what is found, a slice at a time. The number of found but
/// not yet erased items is bounded; at the bound the search waits.
///
/// Until it has completed or was aborted, the client can send nothing here: see [#concerns].
final class ErasureTask implements MaintenanceTask {
  /// From one slice to the next.
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(5);

  /// The most rows that a slice erases.
  private static final int SLICE = 100;

  private static final int FOUND = 10 * SLICE;
  private static final long PATIENCE_MILLIS = 100;

  /// How far the writer is.
  private enum Phase {
    BEGINNING,
    ERASING,
    EMPTYING,
    /// All is erased. Pages that are free are given back.
    SHRINKING,
    /// What was erased may still be in unused parts of pages.
    SCRUBBING
  }

  private final ErasureSql steps;
  private final BlockingQueue<ErasureSql.Found> found = new ArrayBlockingQueue<>(FOUND);
  private final CompletableFuture<@Nullable Void> begun = new CompletableFuture<>();

  /// Whether it was done; `false` if it was broken off.
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

  private volatile boolean searched;
  private volatile boolean shared;

  /// The writer's, with what comes once the transaction is committed.
  private Phase phase = Phase.BEGINNING;

  private Phase next = Phase.BEGINNING;

  /// The pages from this one on are clean. The writer's.
  private long scrubbed = Database.ALL_PAGES;

  ErasureTask(String client) {
    steps = new ErasureSql(client);
  }

  ErasureSql steps() {
    return steps;
  }

  /// Whether a draft is the client's own, or is for its inbox.
  @Override
  public boolean concerns(Draft draft) {
    String client = steps.client();
    return switch (draft) {
      case Draft.Append append ->
          append.entry().client().value().equals(client)
              || (append.topic().kind() == TopicName.Kind.INBOX
                  && append.topic().name().equals(client));
      case Draft.Mark mark -> mark.client().value().equals(client);
      case Draft.Membership change -> change.client().value().equals(client);
      case Draft.Seen seen -> seen.client().value().equals(client);
      case Draft.Acked acked -> acked.client().value().equals(client);
      case Draft.Shown shown -> shown.client().value().equals(client);
      case Draft.Signal signal -> false;
      case Draft.Records records -> false;
    };
  }

  // The writer.

  @Override
  public long work(WriterSession session, Context context) throws SQLException {
    if (ended.isDone()) {
      return DONE;
    }
    return switch (phase) {
      case BEGINNING, ERASING, EMPTYING -> slice(session, context);
      case SHRINKING -> {
        if (!context.database().shrink(session.tables.connection(), PAGES_MOVED)) {
          phase = Phase.SCRUBBING;
        }
        yield WAIT;
      }
      case SCRUBBING -> scrub(session, context);
    };
  }

  private long slice(WriterSession session, Context context) throws SQLException {
    WriteBatch writeBatch;
    try {
      writeBatch = session.beginAlone(context.unixMillis());
      if (phase == Phase.BEGINNING) {
        shared = session.tables.isShared();
        forget(session, context);
      }
      slice(session.tables, session.topicCache, writeBatch);
      if (writeBatch.isWritten()) {
        writeBatch.finish(session.tables);
      } else {
        session.tables.rollback();
      }
    } catch (SQLException e) {
      if (StorageFault.of(e) != StorageFault.DAMAGED && StorageFault.of(e) != StorageFault.OTHER) {
        throw e;
      }
      return giveUp(session, context, e);
    } catch (RuntimeException e) {
      return giveUp(session, context, e);
    } catch (Throwable failure) {
      fail(new IllegalStateException("the erasure is incomplete: " + failure, failure));
      throw failure;
    }
    if (writeBatch.isWritten()) {
      context.commit().accept(session, writeBatch);
    }
    if (!ended.isDone()) {
      phase = next;
      begun.complete(null);
    }
    return WAIT;
  }

  private void forget(WriterSession session, Context context) throws SQLException {
    session.senderCache.clear();
    session.clients.forget(steps.client());
    context.startedOver().accept(TopicName.inbox(new ClientId(steps.client())));
  }

  private long giveUp(WriterSession session, Context context, Exception e) throws SQLException {
    session.giveUp();
    fail(
        new CorruptionException(
            "the erasure is incomplete, because of damage in the %s or a bug: %s. './tertulia check' lists the damage"
                .formatted(context.name(), e.getMessage()),
            e));
    return DONE;
  }

  private long scrub(WriterSession session, Context context) throws SQLException {
    long before = scrubbed;
    try {
      scrubbed = context.database().scrub(session.tables.connection(), before, PAGES_READ);
    } catch (SQLException e) {
      fail(
          new DataFolderException(
              "the client is erased, but the database file can't be cleaned and may still hold traces: %s (%s). To fix this, %s, and run this again"
                  .formatted(
                      StorageFault.of(e).words(), e.getMessage(), StorageFault.of(e).remedy()),
              e));
      throw e;
    }
    if (scrubbed == before) {
      return PURGE_WAIT;
    }
    if (scrubbed > 1) {
      return WAIT;
    }
    ended.complete(true);
    return DONE;
  }

  /// Does a slice, in a transaction that is committed after it, unless nothing was written.
  private void slice(LogTables tables, TopicCache topicCache, WriteBatch writeBatch)
      throws SQLException {
    switch (phase) {
      case BEGINNING -> {
        steps.begin(tables, topicCache, writeBatch);
        next = Phase.ERASING;
      }
      case ERASING -> {
        boolean all = searched;
        List<ErasureSql.Found> rows = new ArrayList<>(SLICE);
        found.drainTo(rows, SLICE);
        for (ErasureSql.Found row : rows) {
          steps.erase(tables, topicCache, writeBatch, row);
        }
        next = all && rows.isEmpty() ? Phase.EMPTYING : Phase.ERASING;
      }
      case EMPTYING -> {
        boolean more = steps.emptyInboxes(tables, topicCache, writeBatch, 2 * SLICE);
        next = more ? Phase.EMPTYING : Phase.SHRINKING;
      }
      case SHRINKING, SCRUBBING -> {}
    }
  }

  /// All of it is to be done again.
  @Override
  public boolean suspend() {
    ended.complete(false);
    return true;
  }

  /// It can't be done.
  void fail(Exception why) {
    ended.completeExceptionally(why);
  }

  // The search.

  /// Waits until the search may begin.
  ///
  /// @param open whether the journal is
  /// @return `false` if the task has ended
  boolean awaitBegun(BooleanSupplier open) throws InterruptedException {
    while (open.getAsBoolean() && !ended.isDone()) {
      try {
        begun.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        return true;
      } catch (TimeoutException notYet) {
        // It is looked whether the journal is open.
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    return false;
  }

  /// Whether other servers may have stored more of the client meanwhile. Known once it has begun.
  boolean isShared() {
    return shared;
  }

  /// Tells what was found; waits while there is much.
  ///
  /// @return `false` if the task has ended
  boolean offer(List<ErasureSql.Found> page, BooleanSupplier open) {
    try {
      for (ErasureSql.Found row : page) {
        while (!found.offer(row, PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
          if (ended.isDone() || !open.getAsBoolean()) {
            return false;
          }
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Nothing more will be found.
  void searched() {
    searched = true;
  }

  /// Waits for the end.
  ///
  /// @return `false` if it was broken off
  /// @throws ExecutionException if it can't be done
  boolean awaitEnd(BooleanSupplier open) throws InterruptedException, ExecutionException {
    while (true) {
      try {
        return ended.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        if (!open.getAsBoolean()) {
          return false;
        }
      }
    }
  }
}
