package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.journal.RetentionSweeper;
import dev.tertulia.server.storage.journal.TopicCache;
import dev.tertulia.server.storage.journal.TopicCache.TopicState;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.read.InboxView;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.Erasure;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/// The steps that erase a client from a database: all in one transaction, or each in its own,
/// between which others may write. After an interruption at any step, running all of them again is
/// correct. Owned by the writing thread.
///
/// First comes [#begin], then [#erase] for everything that [#search] finds, then [#emptyInboxes]
/// until nothing is left.
public final class ErasureSql {
  /// Who is told to have sent what was erased; an inbox that was is named after it, with a number.
  static final String ERASED = ClientId.ERASED.value();

  private static final int PAGE = 1000;

  private static final int INBOX = TopicRow.kindOf(TopicName.Kind.INBOX);

  private final String client;

  /// A row that is to go or, an entry, to lose what tells of the client.
  ///
  /// @param key the columns of its key
  public record Found(Table<?> table, List<Object> key) {
    public Found {
      key = List.copyOf(key);
    }
  }

  /// Takes what is found, in pages.
  public interface Finding {
    void found(List<Found> page) throws SQLException;
  }

  ErasureSql(String client) {
    this.client = client;
  }

  String client() {
    return client;
  }

  /// Takes the name off the inbox, which keeps its place and its head as every topic does, and
  /// removes what is known of the client beside the log.
  void begin(LogTables tables, TopicCache topicCache, WriteBatch writeBatch) throws SQLException {
    TopicName name = TopicName.inbox(new ClientId(client));
    TopicRow inbox = tables.lockedTopic(INBOX, client);
    if (inbox != null) {
      writeBatch.changed(inbox.id());
      tables.rename(
          new TopicRow(
              inbox.id(),
              inbox.kind(),
              ERASED + ":" + inbox.id(),
              inbox.head(),
              inbox.floor(),
              inbox.floorTerm(),
              inbox.time(),
              inbox.entries(),
              inbox.bytes()));
    }
    topicCache.forget(name);
    writeBatch.forget(name);
    tables.removeAtOnce(client);
    writeBatch.wrote();
  }

  /// Finds everything of the client after [#begin]. It only reads, so it may run beside the writer.
  public void search(LogTables tables, Finding finding) throws SQLException {
    for (Table<?> table : tables.tables().all()) {
      if (table.erasure() instanceof Erasure.Searched searched) {
        search(tables, table, searched, finding);
      }
    }
  }

  private void search(LogTables tables, Table<?> table, Erasure.Searched searched, Finding finding)
      throws SQLException {
    List<Object> last = searched.start();
    List<List<Object>> keys;
    do {
      keys = tables.keysAfter(table, searched.condition(), last, client, PAGE);
      finding.found(keys.stream().map(key -> new Found(table, key)).toList());
      last = keys.isEmpty() ? last : keys.getLast();
    } while (keys.size() == PAGE);
  }

  /// Does what is to be done with something that was found, if it is still there.
  ///
  /// @throws LogException if a row is damaged
  void erase(LogTables tables, TopicCache topicCache, WriteBatch writeBatch, Found found)
      throws SQLException {
    if (found.table != EntryRow.TABLE) {
      tables.remove(found.table, found.key.toArray());
      writeBatch.wrote();
      return;
    }
    long topic = (Long) found.key.getFirst();
    EntryRow row = tables.entryAsItStands(topic, (Long) found.key.getLast());
    if (row != null && row.client().equals(client)) {
      TopicName name = tables.topicsAbove(topic - 1, 1).getFirst().topic();
      erase(tables, topicCache.of(name), writeBatch, row);
    }
  }

  private void erase(LogTables tables, TopicState topic, WriteBatch writeBatch, EntryRow row)
      throws SQLException {
    Entry.Kept entry = row.shown(topic.name, tables);
    boolean isUnreadable = entry instanceof Entry.Unreadable;
    if (entry instanceof Entry.Chat || isUnreadable) {
      for (EntryRow amendment : tables.amendments(row.topicId(), row.offset())) {
        // The client's own is found by itself, unless another server has stored it just now.
        if (EntryBody.isEdit(amendment.kind())
            && (tables.isShared() || !amendment.client().equals(client))) {
          writeBatch.replaceAtEnd(tables, topic, amendment, amendment.blanked(topic.name, 0));
          tables.blankRequestOf(amendment);
        }
      }
      tables.removeReactions(row.topicId(), row.offset());
      boolean wasDeleted = entry instanceof Entry.Chat chat && chat.deleted();
      if (!wasDeleted && topic.name.kind() == TopicName.Kind.ROOM) {
        // Clients that see the message are told as for any deletion.
        writeBatch.publish(
            new Publication(
                topic.name,
                null,
                topic.head,
                writeBatch.now,
                "",
                new Entry.Deletion(ClientId.ERASED, row.offset()),
                null));
      }
    }
    if (isUnreadable) {
      long broadcasts =
          topic.name.kind() == TopicName.Kind.INBOX ? InboxView.broadcastsBefore(tables, row) : 0;
      writeBatch.replaceAtEnd(tables, topic, row, row.blank(topic.name, ERASED, null, broadcasts));
      writeBatch.forget(topic.name);
      return;
    }
    writeBatch.replaceAtEnd(
        tables,
        topic,
        row,
        new EntryRow(
            row.topicId(),
            row.offset(),
            row.term(),
            row.time(),
            row.kind(),
            ERASED,
            null,
            row.target(),
            row.deleted() || hasText(entry),
            EntryBody.write(withoutText(entry))));
    // In memory it has the id of its request.
    writeBatch.forget(topic.name);
  }

  private static Entry.Kept withoutText(Entry.Kept entry) {
    return switch (entry) {
      case Entry.Chat chat -> new Entry.Chat(chat.client(), "", "", chat.replyTo(), null, true);
      case Entry.Edit edit -> new Entry.Edit(edit.client(), edit.target(), null);
      case Entry.Deletion deletion -> deletion;
      // On a replay, removing a reaction that was never added has no effect.
      case Entry.Reaction reaction ->
          new Entry.Reaction(reaction.client(), reaction.target(), "~", true);
      case Entry.Notification notification -> notification.withoutText();
      case Entry.InboxRead read -> read;
      case Entry.Revocation revocation -> revocation;
      case Entry.Unreadable unreadable -> unreadable;
    };
  }

  private static boolean hasText(Entry.Kept entry) {
    return entry instanceof Entry.Chat
        || entry instanceof Entry.Edit
        || entry instanceof Entry.Notification;
  }

  /// Removes entries of inboxes without a name, at most `limit`.
  ///
  /// @return whether there is more
  boolean emptyInboxes(LogTables tables, TopicCache topicCache, WriteBatch writeBatch, long limit)
      throws SQLException {
    long id = 0;
    try (ResultSet rows =
        tables.query(TopicRow.ERASED_INBOXES + " AND entries > 0 LIMIT 1", in -> {})) {
      if (rows.next()) {
        id = rows.getLong(1);
      }
    }
    if (id == 0) {
      return false;
    }
    TopicState inbox = topicCache.of(tables.topicsAbove(id - 1, 1).getFirst().topic());
    if (inbox.entries == 0) {
      // Another server erases, too.
      return true;
    }
    if (RetentionSweeper.trim(tables, inbox, Retention.ofMessages(0), writeBatch, limit) == 0) {
      throw new LogException("an inbox has fewer entries than its row counts", true, null);
    }
    return true;
  }
}
