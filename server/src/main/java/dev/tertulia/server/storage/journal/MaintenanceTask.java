package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Work on the log of a running journal that is not a draft, such as an erasure or an import. The
/// writer does it between batches, a part at a time; see [SqlJournal#maintain].
public interface MaintenanceTask {
  /// What [#work] returns when nothing is left to do.
  long DONE = -1;

  /// From one attempt to empty the write-ahead log to the next, in nanoseconds.
  long PURGE_WAIT = TimeUnit.MILLISECONDS.toNanos(200);

  /// The most pages that a part gives back to the file system: each may mean to write three.
  int PAGES_MOVED = 256;

  /// The most pages that a part reads, of 4 KiB each.
  int PAGES_READ = 1024;

  /// What a part works with.
  ///
  /// @param name of the database, for messages
  /// @param startedOver is told of topics that have started over
  /// @param commit commits a batch of the session. A failure is handled by the writer, which calls
  ///   [#suspend] then
  record Context(
      String name,
      Database database,
      LongSupplier unixMillis,
      Consumer<TopicName> startedOver,
      BiConsumer<WriterSession, WriteBatch> commit) {}

  /// Whether a draft must be refused while this task is under way.
  boolean concerns(Draft draft);

  /// Whether nothing must be removed by retention while this task is under way.
  default boolean holdsRetention() {
    return false;
  }

  /// Does the next part. Called by the writer, outside of a transaction.
  ///
  /// @return how long it is until the next part, in nanoseconds; [#DONE] if there is none, because
  ///   the task has succeeded or failed
  /// @throws SQLException if the session can't be used any more; [#suspend] is called then
  long work(WriterSession session, Context context) throws SQLException;

  /// The database can't be written, or the journal is closed. Called by the writer.
  ///
  /// @return `true` if the task has ended with this; `false` if it had not begun, and waits until
  ///   the database can be written again
  boolean suspend();
}
