package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.journal.TopicCache;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.rows.LogTables;
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

/// The erasure of one client while a journal runs, shared by two threads: one searches, and the
/// writer of the journal erases what is found, a slice at a time. The number of found but not yet
/// erased items is bounded; at the bound the search waits.
///
/// Until it has completed or was aborted, the client can send nothing: see [#concerns].
public final class ErasureTask {
  /// The most rows that a slice erases.
  private static final int SLICE = 100;

  private static final int FOUND = 10 * SLICE;
  private static final long PATIENCE_MILLIS = 100;

  /// How far the writer is.
  enum Phase {
    BEGINNING,
    ERASING,
    EMPTYING,
    /// All is erased; what was may still be in a file.
    PURGING,
    /// The database was rewritten, and its write-ahead log must be emptied.
    REWRITTEN
  }

  private final ErasureSql steps;
  private final BlockingQueue<ErasureSql.Found> found = new ArrayBlockingQueue<>(FOUND);
  private final CompletableFuture<@Nullable Void> begun = new CompletableFuture<>();

  /// Whether it was done; `false` if it was broken off.
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

  private volatile boolean searched;

  /// The writer's, with what comes once the transaction is committed.
  private Phase phase = Phase.BEGINNING;

  private Phase next = Phase.BEGINNING;

  public ErasureTask(String client) {
    steps = new ErasureSql(client);
  }

  public ErasureSql steps() {
    return steps;
  }

  /// Whether a draft is the client's own, or is for its inbox.
  boolean concerns(Draft draft) {
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
    };
  }

  // The writer.

  Phase phase() {
    return phase;
  }

  /// Does a slice, in a transaction that is committed after it, unless nothing was written.
  void slice(LogTables tables, TopicCache topicCache, WriteBatch writeBatch) throws SQLException {
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
        next = more ? Phase.EMPTYING : Phase.PURGING;
      }
      case PURGING, REWRITTEN -> {}
    }
  }

  /// What the slice did is committed.
  void committed() {
    phase = next;
    begun.complete(null);
  }

  /// Records that the database was rewritten.
  void rewritten() {
    phase = Phase.REWRITTEN;
  }

  void done() {
    ended.complete(true);
  }

  /// The database can't be written, or the journal ends: all of it is to be done again.
  void breakOff() {
    ended.complete(false);
  }

  boolean hasEnded() {
    return ended.isDone();
  }

  /// It can't be done.
  public void fail(Exception why) {
    ended.completeExceptionally(why);
  }

  // Whoever searches.

  /// Waits until the search may begin.
  ///
  /// @param open whether the journal is
  /// @return `false` if the task has ended
  public boolean awaitBegun(BooleanSupplier open) throws InterruptedException {
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

  /// Tells what was found; waits while there is much.
  ///
  /// @return `false` if the task has ended
  public boolean offer(List<ErasureSql.Found> page, BooleanSupplier open) {
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
  public void searched() {
    searched = true;
  }

  /// Waits for the end.
  ///
  /// @return `false` if it was broken off
  /// @throws ExecutionException if it can't be done
  public boolean awaitEnd(BooleanSupplier open) throws InterruptedException, ExecutionException {
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
