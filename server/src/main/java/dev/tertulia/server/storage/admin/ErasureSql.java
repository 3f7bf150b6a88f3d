package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.journal.RetentionSweeper;
import dev.tertulia.server.storage.journal.TopicCache;
import dev.tertulia.server.storage.journal.TopicState;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.read.InboxView;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sqlite.Columns.Binder;
import dev.tertulia.server.storage.sqlite.Querying;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
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

  private static final String ENTRIES =
      "SELECT topic_id, entry_offset FROM entry"
          + " WHERE (topic_id, entry_offset) > (?, ?) AND client = ?"
          + " ORDER BY topic_id, entry_offset LIMIT "
          + PAGE;

  /// Between `~erased:` and `~erased;` are the names of inboxes that were erased.
  private static final String ERASED_INBOXES =
      "SELECT id FROM topic WHERE kind = %s AND name >= '%s:' AND name < '%s;'"
          .formatted(INBOX, ERASED, ERASED);

  private static final String REQUESTS =
      "SELECT topic_id, client, id FROM request WHERE (topic_id, client, id) > (?, ?, ?)"
          + " AND (client = ? OR topic_id IN ("
          + ERASED_INBOXES
          + ")) ORDER BY topic_id, client, id LIMIT "
          + PAGE;

  private static final String REACTIONS =
      "SELECT topic_id, target, emoji FROM reaction WHERE (topic_id, target, emoji) > (?, ?, ?)"
          + " AND client = ? ORDER BY topic_id, target, emoji LIMIT "
          + PAGE;

  private final String client;

  /// A row that is to go, or to lose what tells of the client.
  public sealed interface Found {
    /// An entry that it caused.
    record ByIt(long topic, long offset) implements Found {}

    /// A request of its own, or one to its inbox.
    record Request(long topic, String client, String id) implements Found {}

    /// A reaction of its own that stands.
    record Reacted(long topic, long target, String emoji) implements Found {}
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
    TopicRow inbox = tables.topic(INBOX, client);
    if (inbox != null) {
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
    tables.removeParticipant(client);
    tables.removeClient(client);
    writeBatch.wrote();
  }

  /// Finds everything of the client after [#begin]. It only reads, so it may run beside the writer.
  public void search(Querying tables, Finding finding) throws SQLException {
    search(
        tables,
        ENTRIES,
        new Found.ByIt(0, 0),
        (in, last) -> {
          in.number(last.topic);
          in.number(last.offset);
        },
        row -> new Found.ByIt(row.getLong(1), row.getLong(2)),
        finding);
    search(
        tables,
        REQUESTS,
        new Found.Request(0, "", ""),
        (in, last) -> {
          in.number(last.topic);
          in.text(last.client);
          in.text(last.id);
        },
        row -> new Found.Request(row.getLong(1), row.getString(2), row.getString(3)),
        finding);
    search(
        tables,
        REACTIONS,
        new Found.Reacted(0, 0, ""),
        (in, last) -> {
          in.number(last.topic);
          in.number(last.target);
          in.text(last.emoji);
        },
        row -> new Found.Reacted(row.getLong(1), row.getLong(2), row.getString(3)),
        finding);
  }

  /// Binds what comes before the client: where the last page ended.
  private interface After<F> {
    void bind(Binder in, F last) throws SQLException;
  }

  private interface Reading<F> {
    F read(ResultSet row) throws SQLException;
  }

  private <F extends Found> void search(
      Querying tables, String sql, F start, After<F> after, Reading<F> reading, Finding finding)
      throws SQLException {
    F last = start;
    List<Found> page;
    do {
      F before = last;
      page = new ArrayList<>();
      try (ResultSet rows =
          tables.query(
              sql,
              in -> {
                after.bind(in, before);
                in.text(client);
              })) {
        while (rows.next()) {
          last = reading.read(rows);
          page.add(last);
        }
      }
      finding.found(page);
    } while (page.size() == PAGE);
  }

  /// Does what is to be done with something that was found, if it is still there.
  ///
  /// @throws LogException if a row is damaged
  void erase(LogTables tables, TopicCache topicCache, WriteBatch writeBatch, Found found)
      throws SQLException {
    switch (found) {
      case Found.ByIt at -> {
        EntryRow row = tables.entryAsItStands(at.topic, at.offset);
        if (row != null && row.client().equals(client)) {
          TopicName name = tables.topicsAbove(at.topic - 1, 1).getFirst().topic();
          erase(tables, topicCache.of(name), writeBatch, row);
        }
      }
      case Found.Request request -> {
        tables.removeRequest(request.topic, request.client, request.id);
        writeBatch.wrote();
      }
      case Found.Reacted reacted -> {
        tables.removeReaction(
            new ReactionRow(reacted.topic, reacted.target, reacted.emoji, client, 0));
        writeBatch.wrote();
      }
    }
  }

  private void erase(LogTables tables, TopicState topic, WriteBatch writeBatch, EntryRow row)
      throws SQLException {
    Entry.Kept entry = row.shown(topic.name, tables);
    boolean isUnreadable = entry instanceof Entry.Unreadable;
    if (entry instanceof Entry.Chat || isUnreadable) {
      for (EntryRow amendment : tables.amendments(row.topicId(), row.offset())) {
        if (EntryBody.isEdit(amendment.kind()) && !amendment.client().equals(client)) {
          writeBatch.replace(tables, topic, amendment, amendment.blanked(topic.name, 0));
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
      writeBatch.replace(tables, topic, row, row.blank(topic.name, ERASED, null, broadcasts));
      writeBatch.forget(topic.name);
      return;
    }
    writeBatch.replace(
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
    try (ResultSet rows = tables.query(ERASED_INBOXES + " AND entries > 0 LIMIT 1", in -> {})) {
      if (rows.next()) {
        id = rows.getLong(1);
      }
    }
    if (id == 0) {
      return false;
    }
    TopicState inbox = topicCache.of(tables.topicsAbove(id - 1, 1).getFirst().topic());
    if (RetentionSweeper.trim(tables, inbox, Retention.ofMessages(0), writeBatch, limit) == 0) {
      throw new LogException("an inbox has fewer entries than its row counts", true, null);
    }
    return true;
  }
}
