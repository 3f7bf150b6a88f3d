package dev.tertulia.server.storage;

import java.sql.SQLException;

/// A connection of the writer of the journal, from its opening to the first failed commit, with the
/// state read through it. Each session has its own term. Owned by the writer.
final class WriterSession {
  final LogTables tables;
  final long term;
  final Topics topics;
  final Senders senders = new Senders();
  final KnownClients clients;
  final Appending appending;

  /// The last batch of this term that was committed.
  long seq;

  WriterSession(LogTables tables, long term, NameBounds bounds) throws SQLException {
    this.tables = tables;
    this.term = term;
    topics = new Topics(tables);
    clients = new KnownClients(tables, topics, bounds.inboxes());
    appending =
        new Appending(
            tables, topics, senders, clients, new NewNames(bounds, tables, topics, clients));
  }

  /// Begins the next batch.
  ///
  /// @param now the time, in milliseconds since 1970
  Batch begin(long now) {
    return new Batch(term, seq + 1, now);
  }

  /// Takes back what was written since the last commit, and forgets what is known of it.
  void giveUp() throws SQLException {
    tables.rollback();
    forget();
  }

  /// Forgets what is known of the database: rows were changed otherwise, or not at all.
  void forget() throws SQLException {
    topics.clear();
    senders.clear();
    clients.clear();
  }
}
