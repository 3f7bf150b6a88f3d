package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicLocks;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A connection of the writer of the journal, from its opening to the first failed commit, with the
/// state read through it. Each session has its own term. Owned by the writer.
public final class WriterSession {
  /// For how many batches requests are looked for after one was repeated: more are likely to
  /// follow.
  private static final int LOOKS = 16;

  public final LogTables tables;
  final long term;
  public final TopicCache topicCache;
  public final SenderCache senderCache = new SenderCache();
  public final ClientCache clients;
  private final EntryAppender entryAppender;
  private final NameBounds bounds;

  /// The last batch of this term that was committed.
  public long seq;

  /// When that was, by the monotonic clock.
  long committedAt;

  /// For how many batches more requests are looked for.
  private int looks;

  public WriterSession(LogTables tables, long term, NameBounds bounds) throws SQLException {
    this(tables, term, bounds, null);
  }

  /// @param clock of a shared database, see [Database#clock]
  WriterSession(LogTables tables, long term, NameBounds bounds, @Nullable Supplier<String> clock)
      throws SQLException {
    this.tables = tables;
    this.term = term;
    this.bounds = bounds;
    topicCache = new TopicCache(tables, clock == null ? null : new TopicLocks(tables, clock));
    clients = new ClientCache(tables, topicCache, bounds.inboxes());
    entryAppender =
        new EntryAppender(tables, topicCache, clients, new NewNames(bounds, topicCache, clients));
  }

  /// Begins a transaction of a shared database: locks the topics of `drafts`, in one round trip,
  /// and forgets what was known before.
  ///
  /// @param held `null` to wait for topics that others have locked; otherwise they are put there
  /// @return the time by the clock of the database
  long lock(List<Draft> drafts, @Nullable Set<TopicName> held) throws SQLException {
    return lock(Facts.topicsOf(drafts), held);
  }

  /// As above, for topics.
  long lock(TopicCache.Wanted wanted, @Nullable Set<TopicName> held) throws SQLException {
    senderCache.clear();
    clients.clear();
    return topicCache.lock(wanted, held);
  }

  /// Loads what `drafts` need, adds them to `batch`, and writes what was decided about them.
  ///
  /// @throws SQLException if the database fails, and the transaction with it
  public void add(WriteBatch writeBatch, List<Draft> drafts) throws SQLException {
    add(writeBatch, facts(), drafts);
  }

  /// What is known of the database in one transaction: nothing yet.
  Facts facts() {
    boolean takesForNew = !tables.isShared() && looks == 0;
    looks = Math.max(0, looks - 1);
    return new Facts(tables, topicCache, senderCache, clients, bounds, takesForNew);
  }

  /// As above.
  void add(WriteBatch writeBatch, Facts facts, List<Draft> drafts) throws SQLException {
    try {
      facts.load(drafts, writeBatch.now);
      for (Draft draft : drafts) {
        entryAppender.add(writeBatch, facts, draft);
      }
      facts.apply();
    } catch (WrongAssumptionException e) {
      looks = LOOKS;
      throw e;
    }
    if (facts.hasMetRepeatedRequest()) {
      looks = LOOKS;
    }
  }

  private boolean suspended;

  /// Records that the database could not be written: the session must not be used any more.
  void suspend() {
    suspended = true;
  }

  boolean isSuspended() {
    return suspended;
  }

  /// Begins the next batch.
  ///
  /// @param now the time, in milliseconds since 1970
  public WriteBatch begin(long now) {
    return new WriteBatch(term, seq + 1, now);
  }

  /// Begins a batch that is not made of drafts: takes the write lock or, in a shared database, the
  /// time, and locks topics when they are asked for.
  ///
  /// @param unixMillis the clock if the database has none
  public WriteBatch beginAlone(LongSupplier unixMillis) throws SQLException {
    if (tables.isShared()) {
      return begin(lock(new TopicCache.Wanted(), null));
    }
    tables.lock();
    return begin(unixMillis.getAsLong());
  }

  /// Takes back what was written since the last commit, and forgets what is known of it.
  public void giveUp() throws SQLException {
    tables.rollback();
    forget();
  }

  /// Forgets what is known of the database: rows were changed otherwise, or not at all.
  public void forget() throws SQLException {
    topicCache.clear();
    senderCache.clear();
    clients.clear();
  }
}
