package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.rows.LogTables;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.LongConsumer;

/// Erases clients while a journal runs: searches its database on the calling thread, and has the
/// writer erase what is found. One thread at a time.
///
/// Other servers that share the database do not refuse what the client sends, or is sent. So there
/// all of it is done again until nothing is found: what was stored before the last search is
/// erased, with the inbox, and what is stored later belongs to a client who comes back.
final class ErasureRunner {
  /// How long it is until an erasure that was aborted is tried again.
  private static final Duration ERASE_AGAIN = Duration.ofMillis(500);

  /// How often it is done at most, if the client goes on and on.
  private static final int MOST_TIMES = 10;

  private final RunningOperations.Place place;
  private final SqlJournal journal;

  ErasureRunner(RunningOperations.Place place) {
    this.place = place;
    journal = place.journal();
  }

  /// Erases a client while others continue. Blocks until that is done.
  ///
  /// @param begun called once the client's inbox is another, which may be several times
  /// @param found receives the number of rows found so far
  /// @return `false` if the journal was closed before it was done
  /// @throws ExecutionException if it can't be done: the cause says why
  boolean erase(String client, Runnable begun, LongConsumer found)
      throws InterruptedException, ExecutionException {
    int times = 1;
    long rows = 0;
    while (journal.isOpen()) {
      ErasureTask task = new ErasureTask(client);
      journal.maintain(task);
      long before = rows;
      if (task.awaitBegun(journal::isOpen)) {
        begun.run();
        rows = search(task, before, found);
      }
      if (task.awaitEnd(journal::isOpen)) {
        if (rows == before || !task.isShared() || times == MOST_TIMES) {
          return true;
        }
        times++;
        continue;
      }
      // The database can't be written just now; all of it again, then.
      Thread.sleep(ERASE_AGAIN);
    }
    return false;
  }

  private RuntimeException failure(SQLException e) {
    StorageFault fault = StorageFault.of(e);
    String message =
        "cannot use the database %s: %s; %s".formatted(place.name(), fault.words(), fault.remedy());
    return fault == StorageFault.DAMAGED
        ? new CorruptionException(message, e)
        : new DataFolderException(message, e);
  }

  private static void endTransaction(Connection reader) throws SQLException {
    if (!reader.getAutoCommit()) {
      reader.rollback();
    }
  }

  /// @param before how many rows were found before
  /// @return how many were found by now
  private long search(ErasureTask task, long before, LongConsumer found) {
    long[] rows = {before};
    try (Connection reader = place.reader().open()) {
      LogTables tables = new LogTables(reader);
      boolean[] stopped = new boolean[1];
      task.steps()
          .search(
              tables,
              page -> {
                // The writer may let this wait: no old state of the database is held meanwhile.
                endTransaction(reader);
                rows[0] += page.size();
                found.accept(rows[0]);
                stopped[0] |= !stopped[0] && !task.offer(page, journal::isOpen);
              });
      if (!stopped[0]) {
        task.searched();
      }
    } catch (SQLException e) {
      task.fail(failure(e));
    } catch (RuntimeException | Error e) {
      // The writer would wait for the search to go on.
      task.fail(new IllegalStateException("looking for the cause failed: " + e, e));
    }
    return rows[0];
  }
}
