package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.topic.Draft;
import java.sql.SQLException;
import java.util.List;

/// A connection of the writer of the journal, from its opening to the first failed commit, with the
/// state read through it. Each session has its own term. Owned by the writer.
public final class WriterSession {
  public final LogTables tables;
  final long term;
  public final TopicCache topicCache;
  public final SenderCache senderCache = new SenderCache();
  public final ClientCache clients;
  private final EntryAppender entryAppender;

  /// The last batch of this term that was committed.
  public long seq;

  public WriterSession(LogTables tables, long term, NameBounds bounds) throws SQLException {
    this.tables = tables;
    this.term = term;
    topicCache = new TopicCache(tables);
    clients = new ClientCache(tables, topicCache, bounds.inboxes());
    entryAppender =
        new EntryAppender(tables, topicCache, clients, new NewNames(bounds, topicCache, clients));
  }

  /// Loads what `drafts` need, adds them to `batch`, and writes what was decided about them.
  ///
  /// @throws SQLException if the database fails, and the transaction with it
  public void add(WriteBatch writeBatch, List<Draft> drafts) throws SQLException {
    add(writeBatch, facts(), drafts);
  }

  /// What is known of the database in one transaction: nothing yet.
  Facts facts() {
    return new Facts(tables, topicCache, senderCache, clients);
  }

  /// As above.
  void add(WriteBatch writeBatch, Facts facts, List<Draft> drafts) throws SQLException {
    facts.load(drafts, writeBatch.now);
    for (Draft draft : drafts) {
      entryAppender.add(writeBatch, facts, draft);
    }
    facts.apply();
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
