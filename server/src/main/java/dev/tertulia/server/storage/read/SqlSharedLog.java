package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.rows.BatchRow;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.KeyList;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.ReadConnection;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The log in one database of PostgreSQL that several servers write. Each method is a few
/// statements, however many topics it is asked for, and one for each term, of which there are few.
final class SqlSharedLog implements SharedLog {
  /// The most text of the entries that are read at once, in bytes.
  private static final int PAGE_BYTES = 1 << 20;

  static final String TOPICS = TopicRow.TABLE.findAllBy("kind", "name");

  static final String TOPICS_BY_ID = TopicRow.TABLE.findAll();

  static final String ENTRIES = EntryRow.TABLE.findAll();

  static final String BATCHES =
      "SELECT " + BatchRow.COLUMNS + " FROM batch WHERE term = ? AND seq > ? ORDER BY seq LIMIT ?";

  static final String LAST = "SELECT coalesce(max(seq), 0) FROM batch WHERE term = ?";

  private final ReadDatabase database;

  SqlSharedLog(ReadDatabase database) {
    this.database = database;
  }

  @Override
  public void renew() {
    database.renew();
  }

  @Override
  public Map<TopicName, Position> ends(Collection<TopicName> topics) {
    KeyList names = new KeyList();
    topics.forEach(topic -> names.add((long) TopicRow.kindOf(topic.kind()), topic.name()));
    return database.read(
        "the ends of topics",
        connection -> {
          Map<TopicName, Position> ends = new LinkedHashMap<>();
          Map<Long, TopicName> ids = new HashMap<>();
          KeyList newest = new KeyList();
          for (TopicRow row : topics(connection, TOPICS, names)) {
            ids.put(row.id(), row.topic());
            ends.put(row.topic(), SqlLog.floorOf(row));
            if (row.head() > row.floor()) {
              newest.add(row.id(), row.head());
            }
          }
          if (!newest.isEmpty()) {
            try (ResultSet result = find(connection, ENTRIES, newest)) {
              while (result.next()) {
                EntryRow entry = EntryRow.asItStands(connection, result, 2);
                TopicName topic = ids.get(entry.topicId());
                if (topic != null) {
                  ends.put(topic, entry.position());
                }
              }
            }
          }
          for (TopicName topic : topics) {
            if (!ends.containsKey(topic)) {
              ends.put(topic, SqlLog.beginning(connection, topic));
            }
          }
          return ends;
        });
  }

  /// Looks up keys, of which there is at least one.
  private static ResultSet find(ReadConnection connection, String sql, KeyList keys)
      throws SQLException {
    return connection.query(
        keys.translated(sql),
        in -> {
          for (String array : keys.arrays()) {
            in.text(array);
          }
        });
  }

  private static List<TopicRow> topics(ReadConnection connection, String sql, KeyList keys)
      throws SQLException {
    List<TopicRow> rows = new ArrayList<>();
    if (keys.isEmpty()) {
      return rows;
    }
    try (ResultSet result = find(connection, sql, keys)) {
      while (result.next()) {
        rows.add(TopicRow.read(result, 2));
      }
    }
    return rows;
  }

  @Override
  public Log.@Nullable Page after(TopicName topic, Position after, int entries) {
    return database.read(
        SqlLog.nameOf(topic),
        connection -> SqlLog.since(connection, topic, after, entries, PAGE_BYTES));
  }

  @Override
  public List<Batch> batches(Map<Long, Long> after) {
    return database.read(
        "the batches of other nodes",
        connection -> {
          List<BatchRow> rows = new ArrayList<>();
          for (Map.Entry<Long, Long> known : after.entrySet()) {
            int most = MOST_BATCHES - rows.size();
            if (most == 0) {
              break;
            }
            try (ResultSet result =
                connection.query(
                    BATCHES,
                    in -> {
                      in.number(known.getKey());
                      in.number(known.getValue());
                      in.number(most);
                    })) {
              while (result.next()) {
                rows.add(BatchRow.read(result, 1));
              }
            }
          }
          return named(connection, rows);
        });
  }

  /// The rows with the names of their topics, which they have by id.
  private static List<Batch> named(ReadConnection connection, List<BatchRow> rows)
      throws SQLException {
    Map<Long, TopicName> names = new HashMap<>();
    rows.forEach(row -> ends(row, names, null));
    if (!names.isEmpty()) {
      KeyList ids = new KeyList();
      names.keySet().forEach(ids::add);
      for (TopicRow topic : topics(connection, TOPICS_BY_ID, ids)) {
        names.put(topic.id(), topic.topic());
      }
    }
    List<Batch> batches = new ArrayList<>(rows.size());
    for (BatchRow row : rows) {
      List<End> ends = new ArrayList<>();
      ends(row, names, ends);
      batches.add(new Batch(row.term(), row.seq(), ends));
    }
    return batches;
  }

  /// Reads what a batch has changed: `topic:first-last`, or `topic:*`, by commas.
  ///
  /// @param names by id; without `ends` it receives the ids
  /// @param ends receives the changes of topics that have names; those that have none are gone
  private static void ends(BatchRow row, Map<Long, TopicName> names, @Nullable List<End> ends) {
    if (row.entries().isEmpty()) {
      return;
    }
    for (String change : row.entries().split(",", -1)) {
      int colon = change.indexOf(':');
      long id = Long.parseLong(change, 0, colon, 10);
      TopicName topic = names.get(id);
      if (ends == null) {
        names.putIfAbsent(id, NAMELESS);
      } else if (topic != null && !topic.equals(NAMELESS)) {
        boolean other = change.endsWith("*");
        int dash = change.indexOf('-', colon);
        ends.add(new End(topic, other ? 0 : Long.parseLong(change, dash + 1, change.length(), 10)));
      }
    }
  }

  /// Of a topic that is not there any more.
  private static final TopicName NAMELESS = new TopicName(TopicName.Kind.PRESENCE, "");

  @Override
  public Map<Long, Long> lastBatches(Collection<Long> terms) {
    return database.read(
        "the last batches of other nodes",
        connection -> {
          Map<Long, Long> last = new HashMap<>();
          for (long term : terms) {
            try (ResultSet result = connection.query(LAST, in -> in.number(term))) {
              last.put(term, result.next() ? result.getLong(1) : 0);
            }
          }
          return last;
        });
  }
}
