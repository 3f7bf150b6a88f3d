package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A row of `participant`: the relation of a client to a room.
///
/// @param member whether it is a member
/// @param sent whether it has sent something there
/// @param read the offset up to which it has read; 0 for nothing
public record ParticipantRow(String client, long topicId, boolean member, boolean sent, long read)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "client, topic_id, member, sent, read_offset, checksum";

  public static final Table<ParticipantRow> TABLE =
      Table.replacing("participant", 'p', "the participants", COLUMNS, 2, ParticipantRow::read);

  public ParticipantRow withSent() {
    return new ParticipantRow(client, topicId, member, true, read);
  }

  public ParticipantRow withMember(boolean is) {
    return new ParticipantRow(client, topicId, is, sent, read);
  }

  public ParticipantRow withRead(long offset) {
    return new ParticipantRow(client, topicId, member, sent, offset);
  }

  @Override
  public Table<ParticipantRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "topic " + topicId;
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.text(client);
    out.number(topicId);
    out.flag(member);
    out.flag(sent);
    out.number(read);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ParticipantRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new ParticipantRow(in.text(), in.number(), in.flag(), in.flag(), in.number()));
  }
}
