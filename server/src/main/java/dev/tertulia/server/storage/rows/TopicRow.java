package dev.tertulia.server.storage.rows;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A row of `topic`.
///
/// @param kind see [#kindOf]
/// @param head the offset of the newest entry; never goes back
/// @param floor the offset of the newest removed entry; 0 if none was removed
/// @param floorTerm the term of that entry; 0 if none was removed
/// @param time the time of the newest entry
/// @param entries the number of entries, `head - floor`
/// @param bytes the sum of their bodies
public record TopicRow(
    long id,
    int kind,
    String name,
    long head,
    long floor,
    long floorTerm,
    long time,
    long entries,
    long bytes)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "id, kind, name, head, floor, floor_term, time, entries, bytes, checksum";

  /// The kind of a topic that is there stays as it is, and its name, which is changed by
  /// [LogTables#rename]: their index would be written with each commit, one more page for nothing.
  public static final Table<TopicRow> TABLE =
      new Table<>(
          "topic",
          't',
          "the topics",
          COLUMNS,
          1,
          TopicRow::read,
          Table.upsert("topic", COLUMNS, 1, 3),
          /* lines= */ null,
          Erasure.Special.INBOX);

  /// Changes many topics that are there and locked, in PostgreSQL, where the view `topic` is made
  /// of two tables: all columns of the result that stands for `%s`.
  static final String STORE_LOCKED =
      "UPDATE topic_state AS t SET head = k.head, floor = k.floor, floor_term = k.floor_term,"
          + " time = k.time, entries = k.entries, bytes = k.bytes, checksum = k.checksum"
          + " FROM %s AS k ("
          + COLUMNS
          + ") WHERE t.id = k.id"
          + " AND t.head = (SELECT max(o.head) FROM topic_state AS o WHERE o.id = k.id)";

  /// The topics that were inboxes of clients that are erased: the names between `~erased:` and
  /// `~erased;`.
  public static final String ERASED_INBOXES =
      "SELECT id FROM topic WHERE kind = %s AND name >= '%s:' AND name < '%s;'"
          .formatted(kindOf(TopicName.Kind.INBOX), ClientId.ERASED, ClientId.ERASED);

  /// The number by which the kind of a topic is stored.
  public static int kindOf(TopicName.Kind kind) {
    return switch (kind) {
      case ROOM -> 1;
      case INBOX -> 2;
      case BROADCASTS -> 3;
      case PRESENCE -> throw new IllegalArgumentException("presence is not stored");
    };
  }

  /// The topic's name.
  ///
  /// @throws IllegalArgumentException if the kind is unknown
  public TopicName topic() {
    return switch (kind) {
      case 1 -> new TopicName(TopicName.Kind.ROOM, name);
      case 2 -> new TopicName(TopicName.Kind.INBOX, name);
      case 3 -> new TopicName(TopicName.Kind.BROADCASTS, name);
      default -> throw new IllegalArgumentException("unknown kind of topic: " + kind);
    };
  }

  @Override
  public Table<TopicRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "topic " + id;
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.number(id);
    out.number(kind);
    out.text(name);
    out.number(head);
    out.number(floor);
    out.number(floorTerm);
    out.number(time);
    out.number(entries);
    out.number(bytes);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static TopicRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new TopicRow(
            in.number(),
            (int) in.number(),
            in.text(),
            in.number(),
            in.number(),
            in.number(),
            in.number(),
            in.number(),
            in.number()));
  }
}
