package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;

/// How many rooms and inboxes a database holds. Counting them takes long in a large database.
///
/// @param rooms with a row
/// @param inboxes of clients that the database knows
public record HeldCount(long rooms, long inboxes) {
  static HeldCount of(Querying querying) throws SQLException {
    long room = TopicRow.kindOf(TopicName.Kind.ROOM);
    try (ResultSet found =
        querying.query(
            "SELECT (SELECT count(*) FROM topic WHERE kind = ?), (SELECT count(*) FROM client)",
            parameters -> parameters.number(room))) {
      found.next();
      return new HeldCount(found.getLong(1), found.getLong(2));
    }
  }
}
