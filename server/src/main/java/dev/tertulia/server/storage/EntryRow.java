package dev.tertulia.server.storage;

import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
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
record EntryRow(
    long topicId,
    long offset,
    long term,
    long time,
    int kind,
    String client,
    @Nullable String request,
    @Nullable Long target,
    boolean deleted,
    byte[] body)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  static final String COLUMNS =
      "topic_id, entry_offset, term, time, kind, client, request, target, deleted, body, checksum";

  Position position() {
    return new Position(term, offset);
  }

  /// What the entry says.
  ///
  /// @throws LogException if the body is none of its kind
  Entry.Kept entry() {
    return EntryBody.read(kind, new ClientId(client), target, deleted, body);
  }

  /// The entry as it is delivered.
  ///
  /// @throws LogException if the body is none of its kind
  Publication publication(TopicName topic) {
    Position position = position();
    return Publication.kept(topic, position, time, id(topic, position, request), entry());
  }

  /// What an entry is called: a notification by the server's id, anything else by the sender's own,
  /// or its position.
  static String id(TopicName topic, Position position, @Nullable String request) {
    return switch (topic.kind()) {
      case INBOX, BROADCASTS -> new NotificationId(topic, position).toString();
      case ROOM, PRESENCE -> request == null ? position.toString() : request;
    };
  }

  /// This row once its message is deleted: without its text, all else as it was.
  EntryRow blanked() {
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
        EntryBody.write(EntryBody.blank(entry())));
  }

  @Override
  public char table() {
    return 'e';
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
  static EntryRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, "entry", first);
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
}
