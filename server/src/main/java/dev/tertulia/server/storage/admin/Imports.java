package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.journal.HeadCache;
import dev.tertulia.server.storage.journal.LogWriter;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.journal.WriterSession;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The part of the writer in imports while it runs: all lines of a file in one transaction, as a
/// separate batch. Drafts published meanwhile wait in the queue of the journal. Owned by the
/// writer, unless stated otherwise.
public final class Imports {
  private final LogWriter.Parts parts;
  private final HeadCache headCache;
  private final ErasureRunner.Commits commits;

  /// The requested import; `null` for none. Set by the waiting thread, taken by the writer.
  private final AtomicReference<@Nullable ImportTask> wanted = new AtomicReference<>();

  public Imports(LogWriter.Parts parts, HeadCache headCache, ErasureRunner.Commits commits) {
    this.parts = parts;
    this.headCache = headCache;
    this.commits = commits;
  }

  /// Has a file imported. Any thread, one at a time.
  public void begin(ImportTask task) {
    wanted.set(task);
  }

  /// Imports what is wanted.
  ///
  /// @throws SQLException if the session can't be used any more
  public void tend(WriterSession session) throws SQLException {
    ImportTask task = wanted.getAndSet(null);
    if (task == null) {
      return;
    }
    WriteBatch writeBatch;
    try {
      writeBatch = session.begin(parts.unixMillis().getAsLong());
      task.read(session.tables, writeBatch);
      writeBatch.finish(session.tables);
      // What is known of the topics and clients may have changed under the session.
      session.forget();
      for (TopicName topic : writeBatch.renewed()) {
        headCache.forget(topic);
      }
    } catch (SQLException e) {
      StorageFault storageFault = StorageFault.of(e);
      task.fail(
          new DataFolderException(
              "nothing was imported: cannot write the %s: %s (%s). To fix this, %s"
                  .formatted(
                      parts.name(), storageFault.words(), e.getMessage(), storageFault.remedy()),
              e));
      throw e;
    } catch (IOException | RuntimeException e) {
      session.giveUp();
      task.fail(e);
      return;
    } catch (Throwable failure) {
      task.fail(new IllegalStateException("nothing was imported: " + failure, failure));
      throw failure;
    }
    commits.commit(session, writeBatch);
  }
}
