package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns.Binder;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.RateLimitedLog;
import dev.tertulia.server.topic.TopicName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The SQL statements of the writer of a log, on its single connection. Each is prepared at its
/// first use and kept. The SQL is common to SQLite and PostgreSQL.
///
/// In a shared database, which is elsewhere, rows that are stored and removed are collected, and
/// sent together with the commit, or before anything else is asked.
///
/// Checksums are verified on reading: a row that is not as it was stored is a [LogException].
public final class LogTables implements Querying, AutoCloseable {
  private static final String REPLACE_ENTRY = Table.upsert("entry", EntryRow.COLUMNS, 2, 2);

  /// Takes the write lock of SQLite, as any update does, also one of no row.
  private static final String LOCK = "UPDATE batch SET time = time WHERE term = 0 AND seq = 0";

  /// Numbers of topics outlast a crash.
  private static final String HAS_LOST_ALL =
      "SELECT pg_sequence_last_value(CAST('topic_id' AS regclass)) IS NOT NULL"
          + " AND NOT EXISTS (SELECT 1 FROM batch)";

  /// How many are kept in a shared database.
  private static final int MOST_STATEMENTS = 128;

  private static final String RENAME_TOPIC = "UPDATE topic SET name = ?, checksum = ? WHERE id = ?";

  private static final String ADD_TOPIC = Table.insert("topic", TopicRow.COLUMNS);

  /// In the order of the index `entry_target`: SQLite reads the whole topic for any other.
  static final String AMENDMENTS =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? AND target = ? ORDER BY kind, entry_offset";

  /// No writer's: the one row of it in `batch` holds where rooms begin, as its `seq`.
  static final long BEGINNING_TERM = 0;

  private static final String FIND_AMENDMENTS = EntryRow.TABLE.findAllBy("topic_id", "target");

  private static final String COUNTED =
      "SELECT k.key, (SELECT count(*) FROM (SELECT 1 FROM %s LIMIT k.value ->> %s) AS found)"
          + " FROM json_each(?) AS k";

  /// How many topics of a kind there are, counted up to a number.
  public static final String COUNT_TOPICS =
      COUNTED.formatted("topic_name AS t WHERE t.kind = k.value ->> 0", 1);

  /// How many clients have an inbox, counted up to a number.
  public static final String COUNT_CLIENTS = COUNTED.formatted("client", 0);

  /// How many rooms a client has to do with, counted up to a number.
  public static final String COUNT_ROOMS =
      COUNTED.formatted("participant AS p WHERE p.client = k.value ->> 0", 1);

  /// How many clients are on the list of a topic, counted up to a number.
  public static final String COUNT_MEMBERS =
      COUNTED.formatted("participant AS p WHERE p.topic_id = k.value ->> 0 AND p.member = 1", 1);

  private static final String FIND_TOPICS = TopicRow.TABLE.findAllBy("kind", "name");

  private static final Logger log = LoggerFactory.getLogger(LogTables.class);

  private final RateLimitedLog damages = new RateLimitedLog(System::nanoTime, Duration.ofHours(1));
  private final Connection connection;
  private final Tables tables;

  /// `null` if changes are made at once.
  private final @Nullable PendingWrites pending;

  /// Whether `topic` is a view of two tables.
  private final boolean seesTopicsInView;

  private final RetentionTables retention = new RetentionTables(this);

  /// By their texts, those that were used last at the end.
  private final Map<String, PreparedStatement> statements =
      new LinkedHashMap<>(64, 0.75f, /* accessOrder= */ true);

  /// Of statements with keys, by how they are written; as many as there are in the source.
  private final Map<String, String> translations = new HashMap<>();

  public LogTables(Connection connection) {
    this(connection, Tables.ALL);
  }

  /// @param tables those that are in the database
  public LogTables(Connection connection, Tables tables) {
    this(connection, tables, /* pending= */ null, /* seesTopicsInView= */ false);
  }

  private LogTables(
      Connection connection,
      Tables tables,
      @Nullable PendingWrites pending,
      boolean seesTopicsInView) {
    this.connection = connection;
    this.tables = tables;
    this.pending = pending;
    this.seesTopicsInView = seesTopicsInView;
  }

  /// Those that a server reads and writes.
  ///
  /// @param shared see [Database#isShared]
  public static LogTables of(Connection connection, boolean shared) {
    return shared
        ? new LogTables(
            connection,
            Tables.SHARED,
            new PendingWrites(Tables.SHARED),
            /* seesTopicsInView= */ true)
        : new LogTables(connection);
  }

  /// Those of a database for several servers that nobody else uses now: changes are made at once.
  public static LogTables alone(Connection connection, Tables tables) {
    return new LogTables(connection, tables, null, /* seesTopicsInView= */ true);
  }

  /// Whether others write the database too; see [Database#isShared].
  public boolean isShared() {
    return pending != null;
  }

  /// Which tables there are.
  public Tables tables() {
    return tables;
  }

  /// What only retention asks for.
  public RetentionTables retention() {
    return retention;
  }

  public Connection connection() {
    return connection;
  }

  /// Takes the write lock until the commit. Waits some time if another connection holds it. In a
  /// shared database there is none: topics are locked one by one.
  public void lock() throws SQLException {
    if (pending == null) {
      statement(LOCK).execute();
    }
  }

  /// Commits all changes; see [Database#commit].
  public void commit(Database database) throws SQLException {
    if (pending == null) {
      database.commit(connection);
    } else {
      closeOldest();
      database.commit(connection, pending.take(connection, statements, "COMMIT"));
    }
  }

  /// Statements that are sent together are one text for each of their combinations, of which a
  /// server would otherwise keep very many.
  private void closeOldest() throws SQLException {
    if (pending != null && statements.size() >= MOST_STATEMENTS) {
      String oldest = statements.keySet().iterator().next();
      PreparedStatement closed = statements.remove(oldest);
      if (closed != null) {
        closed.close();
      }
    }
  }

  /// Sends what is pending.
  private void flush() throws SQLException {
    if (pending != null && !pending.isEmpty()) {
      closeOldest();
      pending.take(connection, statements, "").execute();
    }
  }

  public @Nullable TopicRow topic(int kind, String name) throws SQLException {
    return one(
        TopicRow::read,
        "SELECT " + TopicRow.COLUMNS + " FROM topic WHERE kind = ? AND name = ?",
        (long) kind,
        name);
  }

  /// The same, and nobody else writes the topic until the transaction ends.
  public @Nullable TopicRow lockedTopic(int kind, String name) throws SQLException {
    return pending == null
        ? topic(kind, name)
        : one(
            TopicRow::read,
            "SELECT " + TopicRow.COLUMNS + " FROM topic WHERE kind = ? AND name = ? FOR UPDATE",
            (long) kind,
            name);
  }

  /// The id of a topic that is about to be stored for the first time.
  public long newTopicId() throws SQLException {
    return pending == null ? lastTopicId() + 1 : count("SELECT nextval('topic_id')");
  }

  /// Where a topic begins and ends.
  TopicBounds bounds(TopicName name) throws SQLException {
    return TopicBounds.of(topic(TopicRow.kindOf(name.kind()), name.name()));
  }

  /// The offset of the newest entry of a topic; 0 if there is none.
  long head(TopicName name) throws SQLException {
    return bounds(name).head();
  }

  /// The topics with ids above `id`, by id, at most `limit`.
  public List<TopicRow> topicsAbove(long id, int limit) throws SQLException {
    return all(
        TopicRow::read,
        "SELECT " + TopicRow.COLUMNS + " FROM topic WHERE id > ? ORDER BY id LIMIT ?",
        id,
        (long) limit);
  }

  /// Past which offset rooms begin that begin now: no room that was let go had an entry beyond. 0
  /// if none was let go.
  public long beginning() throws SQLException {
    return lastSeq(BEGINNING_TERM);
  }

  /// Notes where rooms begin from now on.
  public void begin(long offset) throws SQLException {
    update("DELETE FROM batch WHERE term = ?", BEGINNING_TERM);
    putAtOnce(new BatchRow(BEGINNING_TERM, offset, 0, false, ""));
  }

  /// If a crash has emptied the tables of a shared database, rooms begin past the first offset: a
  /// client that has seen nothing yet may have missed something too.
  public void passOverLost() throws SQLException {
    try (ResultSet result = statement(HAS_LOST_ALL).executeQuery()) {
      if (!result.next() || !result.getBoolean(1)) {
        return;
      }
    }
    begin(1);
  }

  /// Whether a topic has a list of members, or requests are remembered that may come again.
  public boolean isInUse(long topic) throws SQLException {
    return countMembers(topic, 1) > 0
        || count(
                "SELECT count(*) FROM (SELECT 1 FROM request WHERE topic_id = ? LIMIT 1) AS found",
                topic)
            > 0;
  }

  /// Removes the row of a topic that has no entries. What clients had to do with it is left, for
  /// [RetentionTables#removeOrphans].
  public void removeTopic(long topic) throws SQLException {
    remove(TopicRow.TABLE, topic);
  }

  /// How many topics of a kind there are.
  public long countTopics(int kind) throws SQLException {
    return count("SELECT count(*) FROM topic WHERE kind = ?", (long) kind);
  }

  /// How many clients have an inbox.
  public long countClients() throws SQLException {
    return count("SELECT count(*) FROM client");
  }

  /// How many rooms a client has to do with, counted up to `most`.
  public long countRooms(String client, int most) throws SQLException {
    return count(
        "SELECT count(*) FROM (SELECT 1 FROM participant WHERE client = ? LIMIT ?) AS found",
        client,
        (long) most);
  }

  long count(String sql, Object... parameters) throws SQLException {
    try (ResultSet result = statement(sql, parameters).executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// The highest id of a topic; 0 if there is none.
  public long lastTopicId() throws SQLException {
    return count(
        seesTopicsInView
            ? "SELECT coalesce(max(id), 0) FROM topic_name"
            : "SELECT coalesce(max(id), 0) FROM topic");
  }

  public @Nullable EntryRow entry(long topic, long offset) throws SQLException {
    return one(
        EntryRow::read,
        "SELECT " + EntryRow.COLUMNS + " FROM entry WHERE topic_id = ? AND entry_offset = ?",
        topic,
        offset);
  }

  /// The entry as it stands, though it be damaged; `null` if there is none.
  public @Nullable EntryRow entryAsItStands(long topic, long offset) throws SQLException {
    return one(
        this::asItStands,
        "SELECT " + EntryRow.COLUMNS + " FROM entry WHERE topic_id = ? AND entry_offset = ?",
        topic,
        offset);
  }

  /// Reads an entry as it stands, though it be damaged.
  public EntryRow asItStands(ResultSet result, int first) throws SQLException {
    return EntryRow.asItStands(this, result, first);
  }

  @Override
  public void met(LogException damage) {
    String what = String.valueOf(damage.getMessage());
    damages.met(
        what, suffix -> log.error("{}{}. './tertulia check' lists what is damaged", what, suffix));
  }

  /// What amends the message at `target`, by kind, and oldest first within one.
  public List<EntryRow> amendments(long topic, long target) throws SQLException {
    return all(this::asItStands, AMENDMENTS, topic, target);
  }

  public @Nullable RequestRow request(long topic, String client, String id) throws SQLException {
    return one(
        RequestRow::read,
        "SELECT "
            + RequestRow.COLUMNS
            + " FROM request WHERE topic_id = ? AND client = ? AND id = ?",
        topic,
        client,
        id);
  }

  public @Nullable ParticipantRow participant(String client, long topic) throws SQLException {
    return one(
        ParticipantRow::read,
        "SELECT " + ParticipantRow.COLUMNS + " FROM participant WHERE client = ? AND topic_id = ?",
        client,
        topic);
  }

  /// How many clients are on the list of a topic, counted up to `most`.
  public int countMembers(long topic, int most) throws SQLException {
    PreparedStatement statement =
        statement(
            "SELECT count(*) FROM"
                + " (SELECT 1 FROM participant WHERE topic_id = ? AND member = 1 LIMIT ?) AS found",
            topic,
            (long) most);
    try (ResultSet result = statement.executeQuery()) {
      return result.next() ? result.getInt(1) : 0;
    }
  }

  public @Nullable BatchRow batch(long term, long seq) throws SQLException {
    return one(
        BatchRow::read,
        "SELECT " + BatchRow.COLUMNS + " FROM batch WHERE term = ? AND seq = ?",
        term,
        seq);
  }

  /// The highest `seq` of a term; 0 if there is none.
  public long lastSeq(long term) throws SQLException {
    PreparedStatement statement =
        statement("SELECT coalesce(max(seq), 0) FROM batch WHERE term = ?", term);
    try (ResultSet result = statement.executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// Stores a row: a new entry or batch, or any other in place of the one with its key. A topic
  /// that is there keeps the name that it has; in a shared database it must be there, see [#add].
  ///
  /// @return `false` if there was such a batch already; nothing is stored then
  public boolean put(Row row) throws SQLException {
    if (pending != null) {
      pending.put(row, row instanceof EntryRow || row instanceof BatchRow);
      return true;
    }
    return putAtOnce(row);
  }

  /// Stores a row that is certainly new. In a shared database the transaction fails if another
  /// writer has stored one with its key meanwhile.
  public void add(Row row) throws SQLException {
    if (pending != null) {
      pending.put(row, /* isNew= */ true);
    } else {
      putAtOnce(row);
    }
  }

  /// Stores a row unless there is one with its key; not in a shared database.
  ///
  /// @return `false` if there is one
  public boolean addIfAbsent(Row row) throws SQLException {
    PreparedStatement statement = statement(row.table().addIfAbsent());
    row.bind(statement);
    return statement.executeUpdate() > 0;
  }

  /// As [#put], and waits for a transaction that stores a row with its key.
  public boolean putAtOnce(Row row) throws SQLException {
    String put = row.table().put();
    if (seesTopicsInView && row instanceof TopicRow topic) {
      update(TopicRow.TABLE.remove(), topic.id());
      put = ADD_TOPIC;
    }
    PreparedStatement statement = statement(put);
    row.bind(statement);
    return statement.executeUpdate() > 0;
  }

  /// Gives a topic the name that its row has now.
  public void rename(TopicRow topic) throws SQLException {
    PreparedStatement statement = statement(RENAME_TOPIC);
    statement.setString(1, topic.name());
    statement.setLong(2, topic.checksum());
    statement.setLong(3, topic.id());
    statement.executeUpdate();
  }

  /// Stores an entry in place of the one at its offset.
  public void replace(EntryRow entry) throws SQLException {
    if (pending != null) {
      pending.put(entry, /* isNew= */ false);
      return;
    }
    PreparedStatement statement = statement(REPLACE_ENTRY);
    entry.bind(statement);
    statement.executeUpdate();
  }

  /// Stores an entry in place of the one at its offset, at the end of the table, which has row
  /// numbers of its own. The page that it leaves is merged with its neighbours if little is left in
  /// it, which a row that only becomes smaller does not cause.
  public void replaceAtEnd(EntryRow entry) throws SQLException {
    remove(EntryRow.TABLE, entry.topicId(), entry.offset());
    put(entry);
  }

  /// Takes the digest out of a request whose content was deleted. A row that is damaged goes.
  void blankRequest(long topic, String client, String id) throws SQLException {
    try {
      RequestRow row = request(topic, client, id);
      if (row != null) {
        put(row.blanked());
      }
    } catch (LogException damaged) {
      remove(RequestRow.TABLE, topic, id, client);
    }
  }

  /// Takes what tells of an entry out of its request. Where that can't be trusted it goes.
  public void blankRequestOf(EntryRow row) throws SQLException {
    if (row.request() == null) {
      return;
    }
    if (row.sound()) {
      blankRequest(row.topicId(), row.client(), row.request());
    } else {
      remove(RequestRow.TABLE, row.topicId(), row.request(), row.client());
    }
  }

  /// Removes the row with a key, if there is one.
  ///
  /// @param key the columns of the key in their order: [Long] or [String]
  public void remove(Table<?> table, Object... key) throws SQLException {
    if (pending != null) {
      pending.remove(table, List.of(key));
    } else {
      update(table.remove(), key);
    }
  }

  /// The keys of the rows that an erasure has to search, after a key, in order.
  ///
  /// @return at most `limit`
  public List<List<Object>> keysAfter(
      Table<?> table, String condition, List<Object> key, String client, long limit)
      throws SQLException {
    List<Object> parameters = new ArrayList<>(key);
    parameters.add(client);
    parameters.add(limit);
    return all(
        (result, first) -> {
          List<Object> found = new ArrayList<>(key.size());
          for (Object type : key) {
            int column = first + found.size();
            found.add(
                type instanceof Long
                    ? (Object) result.getLong(column)
                    : (Object) result.getString(column));
          }
          return found;
        },
        table.keysAfter(condition),
        parameters.toArray());
  }

  /// Removes all rows of a client that an erasure removes at once.
  public void removeAtOnce(String client) throws SQLException {
    for (Table<?> table : tables.all()) {
      if (table.erasure() instanceof Erasure.AtOnce) {
        update(table.removeOfClient(), client);
      }
    }
  }

  /// Removes the rows of a topic that are those of the longer log; see [Lines.InTopic].
  public void removeReplaced(long topic) throws SQLException {
    for (Table<?> table : tables.all()) {
      if (table.lines() instanceof Lines.InTopic<?> lines && lines.ofLongerLog()) {
        update(table.removeOfTopic(), topic);
      }
    }
  }

  /// Removes the reactions to a message.
  public void removeReactions(long topic, long target) throws SQLException {
    if (pending != null) {
      pending.clear(ReactionRow.TABLE, List.of(topic, target));
      return;
    }
    update("DELETE FROM reaction WHERE topic_id = ? AND target = ?", topic, target);
  }

  /// Removes what is at `offset` and below, and the reactions to that.
  public void trim(long topic, long offset) throws SQLException {
    update("DELETE FROM entry WHERE topic_id = ? AND entry_offset <= ?", topic, offset);
    update("DELETE FROM reaction WHERE topic_id = ? AND target <= ?", topic, offset);
  }

  /// The latest time of a batch, in Unix milliseconds; 0 if there is none.
  public long newestBatch() throws SQLException {
    try (ResultSet result = statement("SELECT coalesce(max(time), 0) FROM batch").executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// Removes a device, with all that it has told.
  public void removeDevice(String client, String device) throws SQLException {
    if (pending != null) {
      pending.clear(ShownRow.TABLE, List.of(client, device));
      pending.clear(DeviceRow.TABLE, List.of(client, device));
      return;
    }
    update("DELETE FROM shown WHERE client = ? AND device = ?", client, device);
    update("DELETE FROM device WHERE client = ? AND device = ?", client, device);
  }

  /// Removes what is known of a client that has not been seen for long.
  public void removeClient(String client) throws SQLException {
    for (Table<?> table : tables.all()) {
      if (table.erasure() instanceof Erasure.AtOnce atOnce && atOnce.expires()) {
        if (pending != null) {
          pending.clear(table, List.of(client));
          continue;
        }
        update(table.removeOfClient(), client);
      }
    }
  }

  @Override
  public ResultSet query(String sql, Parameters parameters) throws SQLException {
    PreparedStatement statement = statement(sql);
    parameters.bind(new Binder(statement));
    return statement.executeQuery();
  }

  /// Takes the rows of a search for many keys.
  @FunctionalInterface
  public interface Found<R> {
    /// Takes one.
    ///
    /// @param index the place of its key in the list
    void found(int index, R row) throws SQLException;
  }

  /// Looks for what amends many messages, as [#amendments] does for one.
  ///
  /// @param targets the topic and the offset of each
  public Search<EntryRow> amendments(KeyList targets, Found<EntryRow> found) {
    return new Search<>(FIND_AMENDMENTS, targets, this::asItStands, found, (index, damage) -> {});
  }

  /// Counts for many keys.
  public static Search<Long> counts(String sql, KeyList keys, Found<Long> found) {
    return new Search<>(
        sql, keys, (result, first) -> result.getLong(first), found, (index, damage) -> {});
  }

  /// Looks for topics by their kinds and names.
  public void findTopics(KeyList keys, Found<TopicRow> found, Found<LogException> damaged)
      throws SQLException {
    find(FIND_TOPICS, keys, TopicRow::read, found, damaged);
  }

  /// A search for many rows in one statement.
  ///
  /// @param sql has a list of keys as its parameter, and tells in its first column which of them
  ///   led to a row; see [KeyList]
  /// @param damaged takes what is said of a row that is not as it was stored
  public record Search<R>(
      String sql,
      KeyList keys,
      Table.Reader<R> reader,
      Found<R> found,
      Found<LogException> damaged) {
    private void take(ResultSet result) throws SQLException {
      while (result.next()) {
        int index = result.getInt(1);
        R row;
        try {
          row = reader.read(result, 2);
        } catch (LogException damage) {
          damaged.found(index, damage);
          continue;
        }
        found.found(index, row);
      }
    }
  }

  /// Looks for many rows in one statement.
  public <R> void find(
      String sql, KeyList keys, Table.Reader<R> reader, Found<R> found, Found<LogException> damaged)
      throws SQLException {
    find(List.of(new Search<>(sql, keys, reader, found, damaged)));
  }

  /// Searches, in order. In a shared database that is one round trip, in which each sees what was
  /// committed before it. The one that finds most should be the last: what comes after it is sent
  /// while its rows arrive.
  public void find(List<Search<?>> searches) throws SQLException {
    if (pending == null) {
      for (Search<?> search : searches) {
        try (ResultSet result = statement(search.sql, search.keys.json()).executeQuery()) {
          search.take(result);
        }
      }
      return;
    }
    if (searches.isEmpty()) {
      return;
    }
    List<String> texts = new ArrayList<>();
    searches.forEach(search -> texts.add(translated(search.sql, search.keys)));
    PreparedStatement statement = statement(String.join("; ", texts));
    int at = 1;
    for (Search<?> search : searches) {
      at = search.keys.bind(statement, at);
    }
    statement.execute();
    for (Search<?> search : searches) {
      try (ResultSet result = statement.getResultSet()) {
        search.take(result);
      }
      statement.getMoreResults();
    }
  }

  /// As [KeyList#translated], once for each statement.
  private String translated(String sql, KeyList keys) {
    return translations.computeIfAbsent(sql, keys::translated);
  }

  /// Gives up what was done since the last commit.
  public void rollback() throws SQLException {
    if (pending != null) {
      pending.clear();
    }
    connection.rollback();
  }

  int update(String sql, Object... parameters) throws SQLException {
    return statement(sql, parameters).executeUpdate();
  }

  private <R> @Nullable R one(Table.Reader<R> reading, String sql, Object... parameters)
      throws SQLException {
    try (ResultSet result = statement(sql, parameters).executeQuery()) {
      return result.next() ? reading.read(result, 1) : null;
    }
  }

  <R> List<R> all(Table.Reader<R> reading, String sql, Object... parameters) throws SQLException {
    List<R> rows = new ArrayList<>();
    try (ResultSet result = statement(sql, parameters).executeQuery()) {
      while (result.next()) {
        rows.add(reading.read(result, 1));
      }
    }
    return rows;
  }

  PreparedStatement statement(String sql, Object... parameters) throws SQLException {
    flush();
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      closeOldest();
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    for (int i = 0; i < parameters.length; i++) {
      if (parameters[i] instanceof Long number) {
        statement.setLong(i + 1, number);
      } else {
        statement.setString(i + 1, (String) parameters[i]);
      }
    }
    return statement;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
