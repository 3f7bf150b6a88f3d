package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.journal.MaintenanceTask;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.journal.WriterSession;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// An import while a journal runs: all lines of a file in one transaction, as a separate batch.
/// Drafts published meanwhile wait in the queue of the journal.
///
/// Shared by two threads: the writer of the journal reads the lines, and another thread waits for
/// it.
public final class ImportTask implements MaintenanceTask {
  private static final long PATIENCE_MILLIS = 100;

  private final InputStream in;
  private final CompletableFuture<ImportReport> ended = new CompletableFuture<>();
  private volatile long bytesRead;

  /// Owned by the writer.
  private boolean begun;

  /// @param in read by the writer; closed by the waiting thread, also in order to abort the import
  private ImportTask(InputStream in) {
    this.in = in;
  }

  /// Imports the lines of `file`: all, or none. Blocks until that is done; one thread at a time.
  ///
  /// @param read receives the number of bytes read so far
  /// @return `null` if the journal was closed before it was done
  /// @throws IOException if the file can't be opened
  /// @throws ExecutionException if it can't be done: the cause says why
  public static @Nullable ImportReport run(SqlJournal journal, Path file, LongConsumer read)
      throws IOException, InterruptedException, ExecutionException {
    try (InputStream in = Files.newInputStream(file)) {
      return run(journal, in, read, () -> true);
    }
  }

  /// As above.
  ///
  /// @param in closed by the caller
  /// @param wanted asked now and then; when it says no, the import is aborted unless all lines are
  ///   read. It has ended when this returns, unless the journal was closed
  static @Nullable ImportReport run(
      SqlJournal journal, InputStream in, LongConsumer read, BooleanSupplier wanted)
      throws IOException, InterruptedException, ExecutionException {
    ImportTask task = new ImportTask(in);
    journal.maintain(task);
    return task.await(journal, read, wanted);
  }

  // The writer.

  /// None: they wait in the queue.
  @Override
  public boolean concerns(Draft draft) {
    return false;
  }

  @Override
  public long work(WriterSession session, Context context) throws SQLException {
    begun = true;
    WriteBatch writeBatch;
    try {
      writeBatch = session.begin(context.unixMillis().getAsLong());
      read(session, writeBatch);
      writeBatch.finish(session.tables);
      // What is known of the topics and clients may have changed under the session.
      session.forget();
      for (TopicName topic : writeBatch.renewed()) {
        context.startedOver().accept(topic);
      }
    } catch (SQLException e) {
      StorageFault storageFault = StorageFault.of(e);
      fail(
          new DataFolderException(
              "nothing was imported: cannot write the %s: %s (%s). To fix this, %s"
                  .formatted(
                      context.name(), storageFault.words(), e.getMessage(), storageFault.remedy()),
              e));
      throw e;
    } catch (IOException | RuntimeException e) {
      session.giveUp();
      fail(e);
      return DONE;
    } catch (Throwable failure) {
      fail(new IllegalStateException("nothing was imported: " + failure, failure));
      throw failure;
    }
    context.commit().accept(session, writeBatch);
    return DONE;
  }

  /// Adds all lines within the writer's transaction, and has `writeBatch` report it once it is
  /// committed.
  ///
  /// @throws CorruptionException if a line is invalid, or contradicts the database
  private void read(WriterSession session, WriteBatch writeBatch) throws SQLException, IOException {
    Import work = new Import(session.tables, in, (what, done, total) -> bytesRead = done, 0);
    ImportReport report = work.readAll();
    writeBatch.wrote();
    work.changed().forEach(writeBatch::renew);
    writeBatch.settle(outcome -> settled(outcome, report), new Outcome.Noted());
  }

  private void settled(Outcome outcome, ImportReport report) {
    if (outcome instanceof Outcome.Refused) {
      fail(
          new DataFolderException(
              "nothing was imported: the server can't write its database at the moment, its log"
                  + " says why. Run this again when it can"));
    } else {
      ended.complete(report);
    }
  }

  private void fail(Exception why) {
    ended.completeExceptionally(why);
  }

  @Override
  public boolean suspend() {
    return begun;
  }

  // The waiting thread.

  private @Nullable ImportReport await(
      SqlJournal journal, LongConsumer read, BooleanSupplier wanted)
      throws IOException, InterruptedException, ExecutionException {
    while (true) {
      try {
        return ended.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        if (!journal.isOpen()) {
          return null;
        }
        if (!wanted.getAsBoolean()) {
          in.close();
        }
        read.accept(bytesRead);
      }
    }
  }
}
