package dev.tertulia.server.storage;

import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The part of the writer in imports while it runs: all lines of a file in one transaction, as a
/// separate batch. Drafts published meanwhile wait in the queue of the journal. Owned by the
/// writer, unless stated otherwise.
final class Imports {
  private final LogWriter.Parts parts;
  private final Heads heads;
  private final Erasures.Commits commits;

  /// The requested import; `null` for none. Set by the waiting thread, taken by the writer.
  private final AtomicReference<@Nullable ImportTask> wanted = new AtomicReference<>();

  Imports(LogWriter.Parts parts, Heads heads, Erasures.Commits commits) {
    this.parts = parts;
    this.heads = heads;
    this.commits = commits;
  }

  /// Has a file imported. Any thread, one at a time.
  void begin(ImportTask task) {
    wanted.set(task);
  }

  /// Imports what is wanted.
  ///
  /// @throws SQLException if the session can't be used any more
  void tend(WriterSession session) throws SQLException {
    ImportTask task = wanted.getAndSet(null);
    if (task == null) {
      return;
    }
    Batch batch;
    try {
      batch = session.begin(parts.unixMillis().getAsLong());
      task.read(session.tables, batch);
      batch.finish(session.tables);
      // What is known of the topics and clients may have changed under the session.
      session.forget();
      for (TopicName topic : batch.renewed()) {
        heads.forget(topic);
      }
    } catch (SQLException e) {
      Trouble trouble = Trouble.of(e);
      task.fail(
          new DataFolderException(
              "nothing was imported: cannot write the %s: %s (%s). To fix this, %s"
                  .formatted(parts.name(), trouble.words(), e.getMessage(), trouble.remedy()),
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
    commits.commit(session, batch);
  }
}
