package dev.tertulia.server.storage.rows;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Entry.Scope;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A row of `entry`.
///
/// @param kind what the body is, see [EntryBody]
/// @param request the sender's own id for it; `null` if it gave none
/// @param target what it amends; `null` unless it is an amendment
/// @param deleted whether it is a deleted message, or an edit of one
/// @param body not to be changed
/// @param sound whether the row is as it was stored; the columns of one that is not are what stands
///   there, made fit, and nothing to rely on
public record EntryRow(
    long topicId,
    long offset,
    long term,
    long time,
    int kind,
    String client,
    @Nullable String request,
    @Nullable Long target,
    boolean deleted,
    byte[] body,
    boolean sound)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "topic_id, entry_offset, term, time, kind, client, request, target, deleted, body, checksum";

  public static final Table<EntryRow> TABLE =
      new Table<>(
          "entry",
          'e',
          "the entries",
          COLUMNS,
          2,
          EntryRow::read,
          Table.insert("entry", COLUMNS),
          /* lines= */ null,
          new Erasure.Searched("client = ?", 0L, 0L));

  /// A row that is as it was, or will be, stored.
  public EntryRow(
      long topicId,
      long offset,
      long term,
      long time,
      int kind,
      String client,
      @Nullable String request,
      @Nullable Long target,
      boolean deleted,
      byte[] body) {
    this(topicId, offset, term, time, kind, client, request, target, deleted, body, true);
  }

  public Position position() {
    return new Position(term, offset);
  }

  /// What the entry says.
  ///
  /// @throws LogException if the row is damaged, or the body is none of its kind
  public Entry.Kept entry() {
    if (!sound) {
      throw new LogException("the log is damaged: " + place(), true, null);
    }
    return EntryBody.read(kind, new ClientId(client), target, deleted, body);
  }

  /// What the entry says, or that it can't be read.
  ///
  /// @param querying is told of that
  public Entry.Kept shown(TopicName topic, Querying querying) {
    if (!sound) {
      return unreadable(topic);
    }
    try {
      return entry();
    } catch (LogException e) {
      querying.met(new LogException("%s: %s".formatted(e.getMessage(), place()), true, e));
      return unreadable(topic);
    }
  }

  private Entry.Unreadable unreadable(TopicName topic) {
    return new Entry.Unreadable(sound ? new ClientId(client) : ClientId.LOST, scope(topic));
  }

  private static @Nullable Scope scope(TopicName topic) {
    return switch (topic.kind()) {
      case INBOX -> Scope.PERSONAL;
      case BROADCASTS -> Scope.BROADCAST;
      case ROOM, PRESENCE -> null;
    };
  }

  /// The entry as it is delivered: what it says, or that it can't be read.
  ///
  /// @param querying is told of that
  public Publication publication(TopicName topic, Querying querying) {
    Position position = position();
    String id = id(topic, position, sound ? request : null);
    return Publication.kept(topic, position, time, id, shown(topic, querying));
  }

  /// What an entry is called: a notification by the server's id, anything else by the sender's own,
  /// or its position.
  public static String id(TopicName topic, Position position, @Nullable String request) {
    return switch (topic.kind()) {
      case INBOX, BROADCASTS -> new NotificationId(topic, position).toString();
      case ROOM, PRESENCE -> request == null ? position.toString() : request;
    };
  }

  /// This row once its message is deleted: without its text, all else as it was.
  ///
  /// Of one that can't be read nothing is left but its place: it becomes a deleted message, or a
  /// revoked notification.
  ///
  /// @param broadcasts where it stands in the order of an inbox, see [Entry.Inboxed]
  public EntryRow blanked(TopicName topic, long broadcasts) {
    Entry.Kept entry;
    try {
      entry = entry();
    } catch (LogException unreadable) {
      return blank(
          topic, sound ? client : ClientId.LOST.value(), sound ? request : null, broadcasts);
    }
    return new EntryRow(
        topicId,
        offset,
        term,
        time,
        kind,
        client,
        request,
        target,
        true,
        EntryBody.write(EntryBody.blank(entry)));
  }

  /// What is left of an entry that can't be read.
  public EntryRow blank(TopicName topic, String by, @Nullable String requested, long broadcasts) {
    Scope scope = scope(topic);
    Entry.Kept left =
        scope == null
            ? new Entry.Chat(new ClientId(by), "", "", null, null, true)
            : new Entry.Notification(new ClientId(by), scope, "").withoutText().after(broadcasts);
    return new EntryRow(
        topicId,
        offset,
        term,
        time,
        EntryBody.kind(left),
        by,
        requested,
        null,
        true,
        EntryBody.write(left));
  }

  @Override
  public Table<EntryRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return place(topicId, offset);
  }

  /// Where an entry is, for messages.
  static String place(long topicId, long offset) {
    return "topic %s, offset %s".formatted(topicId, offset);
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.number(topicId);
    out.number(offset);
    out.number(term);
    out.number(time);
    out.number(kind);
    out.text(client);
    out.text(request);
    out.number(target);
    out.flag(deleted);
    out.bytes(body);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static EntryRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new EntryRow(
            in.number(),
            in.number(),
            in.number(),
            in.number(),
            (int) in.number(),
            in.text(),
            in.optionalText(),
            in.optionalNumber(),
            in.flag(),
            in.bytes()));
  }

  /// Reads the same, whatever became of it: a row that is damaged is not [#sound].
  ///
  /// @param querying is told of that
  public static EntryRow asItStands(Querying querying, ResultSet result, int first)
      throws SQLException {
    try {
      return read(result, first);
    } catch (LogException damage) {
      querying.met(damage);
    }
    String client = result.getString(first + 5);
    byte[] body = result.getBytes(first + 9);
    long target = result.getLong(first + 7);
    long time = result.getLong(first + 3);
    return new EntryRow(
        result.getLong(first),
        result.getLong(first + 1),
        result.getLong(first + 2),
        EntryRules.isTime(time) ? time : 0,
        (int) result.getLong(first + 4),
        client != null && Identifier.isValid(client) ? client : ClientId.LOST.value(),
        result.getString(first + 6),
        target == 0 ? null : (Long) target,
        result.getLong(first + 8) != 0,
        body == null ? new byte[0] : body,
        false);
  }
}
