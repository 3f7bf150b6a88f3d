package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.storage.sql.ReadConnection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Finds the newest messages of a room and their amendments through an index, without reading the
/// entries between them, which may be hundreds of thousands of reactions. For one thread, within a
/// transaction.
///
/// It reads no more than a page can hold: messages whose reactions would not fit are omitted,
/// except the newest.
final class MessagesByIndex {
  /// The existing reactions to messages between two offsets, those to the newest message first.
  static final String REACTIONS =
      "SELECT "
          + EntryRow.COLUMNS.replaceAll("(\\w+)", "entry.$1")
          + " FROM reaction CROSS JOIN entry"
          + " WHERE reaction.topic_id = ? AND reaction.target BETWEEN ? AND ?"
          + " AND entry.topic_id = reaction.topic_id"
          + " AND entry.entry_offset = reaction.entry_offset"
          + " ORDER BY reaction.target DESC LIMIT ?";

  /// The newest existing reactions to a message, among the newest ones ever added.
  static final String NEWEST_REACTIONS =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM (SELECT * FROM entry WHERE topic_id = ? AND target = ? AND kind = 4"
          + " ORDER BY entry_offset DESC LIMIT ?) AS newest"
          + " WHERE EXISTS (SELECT 1 FROM reaction WHERE reaction.topic_id = newest.topic_id"
          + " AND reaction.target = newest.target AND reaction.client = newest.client"
          + " AND reaction.entry_offset = newest.entry_offset)";

  private final ReadConnection connection;
  private final TopicRow topic;

  MessagesByIndex(ReadConnection connection, TopicRow topic) {
    this.connection = connection;
    this.topic = topic;
  }

  /// The newest messages of the room, at most `messages`.
  NewestMessages newest(int messages, int bytes) throws SQLException {
    List<EntryRow> rows = messages(messages, bytes);
    NewestMessages newest = new NewestMessages(messages, bytes);
    if (rows.isEmpty()) {
      return newest;
    }
    int most = bytes / NewestMessages.leastWeight() + 1;
    long high = rows.getFirst().offset();
    List<EntryRow> reactions = reactions(rows.getLast().offset(), high, most);
    if (reactions.size() == most) {
      // There may be more to the last message that they belong to, and to all older ones.
      long cut = targetOf(reactions.getLast());
      if (cut == high) {
        reactions = newestReactions(high, most);
        rows.removeIf(row -> row.offset() < high);
      } else {
        reactions.removeIf(row -> targetOf(row) == cut);
        rows.removeIf(row -> row.offset() <= cut);
      }
    }
    List<EntryRow> all = new ArrayList<>(rows);
    all.addAll(reactions);
    all.addAll(edits(rows.getLast().offset(), high));
    all.sort(Comparator.comparingLong(EntryRow::offset).reversed());
    for (EntryRow row : all) {
      newest.add(row.publication(topic.topic(), connection));
    }
    return newest;
  }

  /// Newest first.
  private List<EntryRow> messages(int most, int bytes) throws SQLException {
    List<EntryRow> rows = new ArrayList<>();
    long sum = 0;
    try (ResultSet result =
        connection.query(
            SqlRooms.BEFORE,
            in -> {
              in.number(topic.id());
              in.number(topic.id());
              in.number(Long.MAX_VALUE);
              in.number(most);
            })) {
      while (sum <= bytes && result.next()) {
        EntryRow row = EntryRow.asItStands(connection, result, 1);
        sum += row.body().length;
        rows.add(row);
      }
    }
    return rows;
  }

  private List<EntryRow> reactions(long low, long high, int most) throws SQLException {
    return rows(
        REACTIONS,
        in -> {
          in.number(topic.id());
          in.number(low);
          in.number(high);
          in.number(most);
        });
  }

  private List<EntryRow> newestReactions(long target, int most) throws SQLException {
    return rows(
        NEWEST_REACTIONS,
        in -> {
          in.number(topic.id());
          in.number(target);
          in.number(2L * most);
        });
  }

  private List<EntryRow> edits(long low, long high) throws SQLException {
    return rows(
        SqlRooms.EDITS,
        in -> {
          in.number(topic.id());
          in.number(low);
          in.number(high);
        });
  }

  private List<EntryRow> rows(String query, Querying.Parameters parameters) throws SQLException {
    List<EntryRow> rows = new ArrayList<>();
    try (ResultSet result = connection.query(query, parameters)) {
      while (result.next()) {
        rows.add(EntryRow.asItStands(connection, result, 1));
      }
    }
    return rows;
  }

  private static long targetOf(EntryRow row) {
    Long target = row.target();
    return target == null ? 0 : target;
  }
}
