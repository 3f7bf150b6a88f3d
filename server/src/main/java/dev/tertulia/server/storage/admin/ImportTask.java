package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.topic.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// An import while a journal runs, shared by two threads: the writer of the journal reads the
/// lines, and another thread waits for it.
public final class ImportTask {
  private static final long PATIENCE_MILLIS = 100;

  private final InputStream in;
  private final CompletableFuture<Import.Report> ended = new CompletableFuture<>();
  private volatile long bytesRead;

  /// @param in read by the writer; closed by the waiting thread, also in order to abort the import
  public ImportTask(InputStream in) {
    this.in = in;
  }

  // The writer.

  /// Adds all lines within the writer's transaction, and has `batch` tell of it once it is
  /// committed.
  ///
  /// @throws CorruptionException if a line is bad, or says another thing than the database
  void read(LogTables tables, WriteBatch writeBatch) throws SQLException, IOException {
    Import work = new Import(tables, in, (what, done, total) -> bytesRead = done, 0);
    Import.Report report = work.readAll();
    writeBatch.wrote();
    work.changed().forEach(writeBatch::renew);
    writeBatch.settle(outcome -> settled(outcome, report), new Outcome.Noted());
  }

  private void settled(Outcome outcome, Import.Report report) {
    if (outcome instanceof Outcome.Refused) {
      fail(
          new DataFolderException(
              "nothing was imported: the server can't write its database at the moment, its log"
                  + " says why. Run this again when it can"));
    } else {
      ended.complete(report);
    }
  }

  /// It can't be done.
  void fail(Exception why) {
    ended.completeExceptionally(why);
  }

  // Whoever waits.

  /// Waits for the end.
  ///
  /// @param open whether the journal is
  /// @param read told now and then how many bytes were read
  /// @return `null` if the journal was closed before
  /// @throws ExecutionException if it can't be done: the cause says why
  public Import.@Nullable Report await(BooleanSupplier open, LongConsumer read)
      throws InterruptedException, ExecutionException {
    while (true) {
      try {
        return ended.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        if (!open.getAsBoolean()) {
          return null;
        }
        read.accept(bytesRead);
      }
    }
  }
}
