package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import tools.jackson.core.JsonGenerator;

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
      Table.replacing(
          "participant",
          'p',
          "the participants",
          COLUMNS,
          2,
          ParticipantRow::read,
          new Lines.AfterTopics<>(
              new Lines.Count("participants"),
              /* namesTopic= */ true,
              ParticipantRow::write,
              ParticipantRow::take),
          new Erasure.AtOnce(/* expires= */ false));

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

  private void write(String topic, JsonGenerator out) {
    out.writeStringProperty("client", client)
        .writeStringProperty("topic", topic)
        .writeBooleanProperty("member", member)
        .writeBooleanProperty("sent", sent)
        .writeNumberProperty("read", read);
  }

  private static void take(ExportLine line, LogTables tables)
      throws SQLException, BadLineException {
    TopicName name = line.topic();
    BadLineException.unless(name.kind() == TopicName.Kind.ROOM, "only rooms have participants");
    TopicRow topic = tables.topic(TopicRow.kindOf(name.kind()), name.name());
    if (topic == null) {
      throw new BadLineException("its topic is neither in the export nor stored here");
    }
    ParticipantRow row =
        new ParticipantRow(
            line.client(),
            topic.id(),
            line.truth("member"),
            line.truth("sent"),
            line.count("read"));
    ParticipantRow stored = tables.participant(row.client, row.topicId);
    if (stored != null) {
      row =
          new ParticipantRow(
              stored.client,
              stored.topicId,
              stored.member,
              stored.sent || row.sent,
              Math.max(stored.read, row.read));
    }
    BadLineException.unless(row.read <= topic.head(), "'read' is past the end of its topic");
    if (!row.equals(stored)) {
      tables.put(row);
    }
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ParticipantRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new ParticipantRow(in.text(), in.number(), in.flag(), in.flag(), in.number()));
  }
}
