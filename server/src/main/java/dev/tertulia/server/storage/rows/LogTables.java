package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Binder;
import dev.tertulia.server.storage.sqlite.Querying;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.RateLimitedLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The SQL statements of the writer of a log, on its single connection. Each is prepared at its
/// first use and kept. The SQL is common to SQLite and PostgreSQL.
///
/// Checksums are verified on reading: a row that is not as it was stored is a [LogException].
public final class LogTables implements Querying, AutoCloseable {
  private static final String INSERT_ENTRY = insert("entry", EntryRow.COLUMNS);
  private static final String REPLACE_ENTRY = upsert("entry", EntryRow.COLUMNS, 2);

  /// Leaves the kind of a topic that is there as it is, and its name, which is [#rename]'s: their
  /// index would be written with each commit, one more page for nothing.
  private static final String PUT_TOPIC = upsert("topic", TopicRow.COLUMNS, 1, 3);

  private static final String RENAME_TOPIC = "UPDATE topic SET name = ?, checksum = ? WHERE id = ?";
  private static final String PUT_REQUEST = upsert("request", RequestRow.COLUMNS, 3);
  private static final String ADD_REQUEST =
      insert("request", RequestRow.COLUMNS) + " ON CONFLICT DO NOTHING";
  private static final String EXPIRE_REQUEST =
      "UPDATE request SET expires = ?, checksum = ? WHERE topic_id = ? AND client = ? AND id = ?";

  /// Entry by entry, each with a look at its request, and not the other way round.
  private static final String REQUESTS_OF =
      "SELECT r."
          + RequestRow.COLUMNS.replace(", ", ", r.")
          + " FROM entry e CROSS JOIN request r"
          + " WHERE e.topic_id = ? AND e.entry_offset > ? AND e.entry_offset <= ?"
          + " AND r.topic_id = e.topic_id AND r.client = e.client AND r.id = e.request";

  private static final String PUT_REACTION = upsert("reaction", ReactionRow.COLUMNS, 4);
  private static final String PUT_PARTICIPANT = upsert("participant", ParticipantRow.COLUMNS, 2);
  private static final String PUT_CLIENT = upsert("client", ClientRow.COLUMNS, 1);
  private static final String PUT_INBOX_READ = upsert("inbox_read", InboxReadRow.COLUMNS, 3);
  private static final String PUT_DEVICE = upsert("device", DeviceRow.COLUMNS, 2);
  private static final String PUT_SHOWN = upsert("shown", ShownRow.COLUMNS, 4);
  private static final String INSERT_BATCH =
      insert("batch", BatchRow.COLUMNS) + " ON CONFLICT DO NOTHING";

  /// In the order of the index `entry_target`: SQLite reads the whole topic for any other.
  static final String AMENDMENTS =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? AND target = ? ORDER BY kind, entry_offset";

  static final String COUNT_MESSAGES =
      "SELECT (SELECT count(*) FROM entry WHERE topic_id = ? AND kind = 1 AND entry_offset > ?)"
          + " + (SELECT count(*) FROM entry WHERE topic_id = ? AND kind = 5 AND entry_offset > ?)";

  /// No writer's: the one row of it in `batch` holds where rooms begin, as its `seq`.
  private static final long BEGINNING_TERM = 0;

  /// Rows of `participant`, and whether their topics have a row, which those that began in this
  /// transaction do not have yet.
  static final String PARTICIPATIONS =
      "SELECT participant.client, participant.topic_id,"
          + " topic.id IS NULL FROM participant"
          + " LEFT JOIN topic ON topic.id = participant.topic_id"
          + " WHERE (participant.client, participant.topic_id) > (?, ?)"
          + " ORDER BY participant.client, participant.topic_id LIMIT ?";

  /// How many entries of a clock that was ahead are passed over to find one of another time.
  private static final int AHEAD = 10_000;

  private static final Logger log = LoggerFactory.getLogger(LogTables.class);

  private final RateLimitedLog damages = new RateLimitedLog(System::nanoTime, Duration.ofHours(1));
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  /// Reads a row that a statement has found.
  private interface Reading<R> {
    R read(ResultSet result, int first) throws SQLException;
  }

  public LogTables(Connection connection) {
    this.connection = connection;
  }

  public Connection connection() {
    return connection;
  }

  /// Takes the write lock until the commit. Waits some time if another connection holds it.
  public void lock() throws SQLException {
    statement("UPDATE batch SET time = time WHERE term = 0 AND seq = 0").executeUpdate();
  }

  public @Nullable TopicRow topic(int kind, String name) throws SQLException {
    return one(
        TopicRow::read,
        "SELECT " + TopicRow.COLUMNS + " FROM topic WHERE kind = ? AND name = ?",
        (long) kind,
        name);
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
    put(new BatchRow(BEGINNING_TERM, offset, 0, false, ""));
  }

  /// Whether a topic has a list of members, or requests are remembered that may come again.
  public boolean isInUse(long topic) throws SQLException {
    return countMembers(topic, 1) > 0
        || count("SELECT count(*) FROM (SELECT 1 FROM request WHERE topic_id = ? LIMIT 1)", topic)
            > 0;
  }

  /// Removes the row of a topic that has no entries. What clients had to do with it is left, for
  /// [#removeOrphans].
  public void removeTopic(long topic) throws SQLException {
    update("DELETE FROM topic WHERE id = ?", topic);
  }

  /// A row of `participant`, and whether its topic has no row.
  ///
  /// @param client empty before the first
  public record Participation(String client, long topic, boolean orphan) {
    public static final Participation NONE = new Participation("", 0, false);
  }

  /// What a look at some of them came to.
  ///
  /// @param last that was looked at; `NONE` if there are no more
  public record Orphans(Participation last, int removed) {}

  /// Removes those after `last`, in the order of their keys, whose topics are gone, of at most
  /// `limit` that are looked at.
  ///
  /// @param begun which topics get their row only when the transaction ends
  /// @return up to where that was, and how many were removed
  public Orphans removeOrphans(Participation last, long limit, LongPredicate begun)
      throws SQLException {
    List<Participation> found =
        all(
            (result, first) ->
                new Participation(
                    result.getString(first),
                    result.getLong(first + 1),
                    result.getInt(first + 2) == 1),
            PARTICIPATIONS,
            last.client,
            last.topic,
            limit);
    int removed = 0;
    for (Participation each : found) {
      if (each.orphan && !begun.test(each.topic)) {
        removed++;
        update(
            "DELETE FROM participant WHERE client = ? AND topic_id = ?", each.client, each.topic);
      }
    }
    return new Orphans(found.size() < limit ? Participation.NONE : found.getLast(), removed);
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
        "SELECT count(*) FROM (SELECT 1 FROM participant WHERE client = ? LIMIT ?)",
        client,
        (long) most);
  }

  private long count(String sql, Object... parameters) throws SQLException {
    try (ResultSet result = statement(sql, parameters).executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// The highest id of a topic; 0 if there is none.
  public long lastTopicId() throws SQLException {
    try (ResultSet result = statement("SELECT coalesce(max(id), 0) FROM topic").executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
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

  private EntryRow asItStands(ResultSet result, int first) throws SQLException {
    return EntryRow.asItStands(this, result, first);
  }

  @Override
  public void met(LogException damage) {
    String what = String.valueOf(damage.getMessage());
    damages.met(what, suffix -> log.error("{}{}", what, suffix));
  }

  /// What is to be known of an entry to say whether it is kept.
  ///
  /// @param bytes of its body
  public record Weight(long offset, long time, int kind, long bytes) {
    private Weight at(long other) {
      return new Weight(offset, other, kind, bytes);
    }
  }

  /// The weights of the entries above `offset`, oldest first, at most `limit`. They are not
  /// compared with their checksums, which would take their bodies.
  ///
  /// @param now the time. Entries that are of a later one, by a clock that was ahead, are at least
  ///   as old as the first after them that isn't, and have its time here
  public List<Weight> weightsAbove(long topic, long offset, long limit, long now)
      throws SQLException {
    List<Weight> weights = weightsAbove(topic, offset, limit);
    long after = now;
    for (int i = weights.size() - 1; i >= 0; i--) {
      Weight weight = weights.get(i);
      if (weight.time <= now) {
        after = weight.time;
      } else {
        if (i == weights.size() - 1) {
          after = timeAbove(topic, weight.offset, now);
        }
        weights.set(i, weight.at(after));
      }
    }
    return weights;
  }

  private List<Weight> weightsAbove(long topic, long offset, long limit) throws SQLException {
    return all(
        (result, first) ->
            new Weight(
                result.getLong(first),
                result.getLong(first + 1),
                result.getInt(first + 2),
                result.getLong(first + 3)),
        "SELECT entry_offset, time, kind, length(body)"
            + " FROM entry WHERE topic_id = ? AND entry_offset > ? ORDER BY entry_offset LIMIT ?",
        topic,
        offset,
        limit);
  }

  /// How many messages and notifications there are above `offset`, by their indexes alone.
  public long countMessages(long topic, long offset) throws SQLException {
    PreparedStatement statement = statement(COUNT_MESSAGES, topic, offset, topic, offset);
    try (ResultSet result = statement.executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// The time of the oldest entry above `offset` that is not of a time after `now`; `now` if there
  /// is none among the first [#AHEAD].
  public long timeAbove(long topic, long offset, long now) throws SQLException {
    PreparedStatement statement =
        statement(
            "SELECT time FROM (SELECT time FROM entry WHERE topic_id = ? AND entry_offset > ?"
                + " ORDER BY entry_offset LIMIT "
                + AHEAD
                + ") WHERE time <= ? LIMIT 1",
            topic,
            offset,
            now);
    try (ResultSet result = statement.executeQuery()) {
      return result.next() ? result.getLong(1) : now;
    }
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

  public @Nullable ReactionRow reaction(long topic, long target, String emoji, String client)
      throws SQLException {
    return one(
        ReactionRow::read,
        "SELECT "
            + ReactionRow.COLUMNS
            + " FROM reaction WHERE topic_id = ? AND target = ? AND emoji = ? AND client = ?",
        topic,
        target,
        emoji,
        client);
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
                + " (SELECT 1 FROM participant WHERE topic_id = ? AND member = 1 LIMIT ?)",
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
  /// that is there keeps the name that it has.
  ///
  /// @return `false` if there was such a batch already; nothing is stored then
  public boolean put(Row row) throws SQLException {
    PreparedStatement statement =
        statement(
            switch (row) {
              case TopicRow topic -> PUT_TOPIC;
              case EntryRow entry -> INSERT_ENTRY;
              case RequestRow request -> PUT_REQUEST;
              case ReactionRow reaction -> PUT_REACTION;
              case ParticipantRow participant -> PUT_PARTICIPANT;
              case ClientRow client -> PUT_CLIENT;
              case InboxReadRow read -> PUT_INBOX_READ;
              case DeviceRow device -> PUT_DEVICE;
              case ShownRow shown -> PUT_SHOWN;
              case BatchRow batch -> INSERT_BATCH;
            });
    row.bind(statement);
    return statement.executeUpdate() > 0;
  }

  /// Stores a request that has not come before.
  ///
  /// @return `false` if it has; nothing is stored then
  public boolean add(RequestRow request) throws SQLException {
    PreparedStatement statement = statement(ADD_REQUEST);
    request.bind(statement);
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
    PreparedStatement statement = statement(REPLACE_ENTRY);
    entry.bind(statement);
    statement.executeUpdate();
  }

  /// The requests that the entries above `after` answer, up to `last`, but for those that are
  /// damaged.
  public List<RequestRow> requestsOf(long topic, long after, long last) throws SQLException {
    List<RequestRow> requests = new ArrayList<>();
    try (ResultSet result = statement(REQUESTS_OF, topic, after, last).executeQuery()) {
      while (result.next()) {
        try {
          requests.add(RequestRow.read(result, 1));
        } catch (LogException damage) {
          met(damage);
        }
      }
    }
    return requests;
  }

  /// Notes when a request may go.
  public void expire(RequestRow row) throws SQLException {
    PreparedStatement statement = statement(EXPIRE_REQUEST);
    statement.setLong(1, row.expires() == null ? 0 : row.expires());
    statement.setLong(2, row.checksum());
    statement.setLong(3, row.topicId());
    statement.setString(4, row.client());
    statement.setString(5, row.id());
    statement.executeUpdate();
  }

  /// Takes the digest out of a request whose content was deleted. A row that is damaged goes.
  void blankRequest(long topic, String client, String id) throws SQLException {
    try {
      RequestRow row = request(topic, client, id);
      if (row != null) {
        put(row.blanked());
      }
    } catch (LogException damaged) {
      removeRequest(topic, client, id);
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
      removeRequest(row.topicId(), row.client(), row.request());
    }
  }

  public void removeRequest(long topic, String client, String id) throws SQLException {
    update("DELETE FROM request WHERE topic_id = ? AND client = ? AND id = ?", topic, client, id);
  }

  /// Removes what a client has to do with rooms.
  public void removeParticipant(String client) throws SQLException {
    update("DELETE FROM participant WHERE client = ?", client);
  }

  public void removeReaction(ReactionRow row) throws SQLException {
    update(
        "DELETE FROM reaction WHERE topic_id = ? AND target = ? AND emoji = ? AND client = ?",
        row.topicId(),
        row.target(),
        row.emoji(),
        row.client());
  }

  /// Removes the reactions to a message.
  public void removeReactions(long topic, long target) throws SQLException {
    update("DELETE FROM reaction WHERE topic_id = ? AND target = ?", topic, target);
  }

  /// Removes what is at `offset` and below, and the reactions to that.
  public void trim(long topic, long offset) throws SQLException {
    update("DELETE FROM entry WHERE topic_id = ? AND entry_offset <= ?", topic, offset);
    update("DELETE FROM reaction WHERE topic_id = ? AND target <= ?", topic, offset);
  }

  /// Removes requests that have expired, or would only after `latest`, at most `limit`.
  ///
  /// @return how many
  public int removeExpired(long now, long latest, long limit) throws SQLException {
    return update(
        "DELETE FROM request WHERE (topic_id, client, id) IN"
            + " (SELECT topic_id, client, id FROM request"
            + " WHERE expires < ? OR expires > ? LIMIT ?)",
        now,
        latest,
        limit);
  }

  /// The latest time of a batch, in Unix milliseconds; 0 if there is none.
  public long newestBatch() throws SQLException {
    try (ResultSet result = statement("SELECT coalesce(max(time), 0) FROM batch").executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// Removes those of the first `limit` batches of a term, up to `seq`, that are older than `time`,
  /// or of a time after `latest`. It looks no further, because the rest of an hour may be a million
  /// batches; one that stays goes when it has become old.
  ///
  /// @return how many
  public int removeBatches(long term, long seq, long time, long latest, long limit)
      throws SQLException {
    return update(
        "DELETE FROM batch WHERE term = ? AND seq IN (SELECT seq FROM"
            + " (SELECT seq, time FROM batch WHERE term = ? AND seq <= ? ORDER BY seq LIMIT ?)"
            + " WHERE time < ? OR time > ?)",
        term,
        term,
        seq,
        limit,
        time,
        latest);
  }

  /// The same for the other terms, of which there is one for each start within the hour; at most
  /// `limit` in all.
  ///
  /// @return how many
  public int removeBatchesOfOthers(long term, long time, long latest, long limit)
      throws SQLException {
    int removed = 0;
    for (Long other = termAfter(Long.MIN_VALUE);
        other != null && removed < limit;
        other = termAfter(other)) {
      if (other != term && other != BEGINNING_TERM) {
        removed += removeBatches(other, Long.MAX_VALUE, time, latest, limit - removed);
      }
    }
    return removed;
  }

  /// The next term of which there are batches; `null` if there is none.
  private @Nullable Long termAfter(long term) throws SQLException {
    try (ResultSet result =
        statement("SELECT term FROM batch WHERE term > ? ORDER BY term LIMIT 1", term)
            .executeQuery()) {
      return result.next() ? (Long) result.getLong(1) : null;
    }
  }

  public void remove(InboxReadRow row) throws SQLException {
    update(
        "DELETE FROM inbox_read WHERE client = ? AND broadcast = ? AND first_offset = ?",
        row.client(),
        row.broadcast() ? 1L : 0L,
        row.first());
  }

  public void remove(ShownRow row) throws SQLException {
    update(
        "DELETE FROM shown WHERE client = ? AND device = ? AND broadcast = ? AND first_offset = ?",
        row.client(),
        row.device(),
        row.broadcast() ? 1L : 0L,
        row.first());
  }

  /// Removes a device, with all that it has told.
  public void removeDevice(String client, String device) throws SQLException {
    update("DELETE FROM shown WHERE client = ? AND device = ?", client, device);
    update("DELETE FROM device WHERE client = ? AND device = ?", client, device);
  }

  /// Removes what is known of a client beside the log.
  public void removeClient(String client) throws SQLException {
    update("DELETE FROM shown WHERE client = ?", client);
    update("DELETE FROM device WHERE client = ?", client);
    update("DELETE FROM inbox_read WHERE client = ?", client);
    update("DELETE FROM client WHERE client = ?", client);
  }

  /// Removes what was told of notifications of a client's own that are at `offset` or below.
  public void trimInbox(String client, long offset) throws SQLException {
    update(
        "DELETE FROM inbox_read WHERE client = ? AND broadcast = 0 AND last_offset <= ?",
        client,
        offset);
    update(
        "DELETE FROM shown WHERE client = ? AND broadcast = 0 AND last_offset <= ?",
        client,
        offset);
  }

  /// Removes what was told of broadcasts that are at `offset` or below, at most `limit` rows each.
  ///
  /// @return how many at most
  public int trimBroadcasts(long offset, long limit) throws SQLException {
    return Math.max(
        update(
            "DELETE FROM inbox_read WHERE (client, broadcast, first_offset) IN"
                + " (SELECT client, broadcast, first_offset FROM inbox_read"
                + " WHERE broadcast = 1 AND last_offset <= ? LIMIT ?)",
            offset,
            limit),
        update(
            "DELETE FROM shown WHERE (client, device, broadcast, first_offset) IN"
                + " (SELECT client, device, broadcast, first_offset FROM shown"
                + " WHERE broadcast = 1 AND last_offset <= ? LIMIT ?)",
            offset,
            limit));
  }

  /// Clients that were last seen before `time`, the longest away first, at most `limit`.
  public List<ClientRow> clientsUnseenSince(long time, int limit) throws SQLException {
    return all(
        ClientRow::read,
        "SELECT " + ClientRow.COLUMNS + " FROM client WHERE seen < ? ORDER BY seen LIMIT ?",
        time,
        (long) limit);
  }

  /// Clients that were last seen after `time`, by a clock that was ahead, at most `limit`.
  public List<ClientRow> clientsSeenAfter(long time, int limit) throws SQLException {
    return all(
        ClientRow::read,
        "SELECT " + ClientRow.COLUMNS + " FROM client WHERE seen > ? ORDER BY seen LIMIT ?",
        time,
        (long) limit);
  }

  /// Devices that were last heard after `time`, by a clock that was ahead, at most `limit`.
  public List<DeviceRow> devicesHeardAfter(long time, int limit) throws SQLException {
    return all(
        DeviceRow::read,
        "SELECT " + DeviceRow.COLUMNS + " FROM device WHERE heard > ? ORDER BY heard LIMIT ?",
        time,
        (long) limit);
  }

  /// Devices that were last heard before `time`, the longest silent first, at most `limit`.
  public List<DeviceRow> devicesUnheardSince(long time, int limit) throws SQLException {
    return all(
        DeviceRow::read,
        "SELECT " + DeviceRow.COLUMNS + " FROM device WHERE heard < ? ORDER BY heard LIMIT ?",
        time,
        (long) limit);
  }

  @Override
  public ResultSet query(String sql, Parameters parameters) throws SQLException {
    PreparedStatement statement = statement(sql);
    parameters.bind(new Binder(statement));
    return statement.executeQuery();
  }

  /// Gives up what was done since the last commit.
  public void rollback() throws SQLException {
    connection.rollback();
  }

  private int update(String sql, Object... parameters) throws SQLException {
    return statement(sql, parameters).executeUpdate();
  }

  private <R> @Nullable R one(Reading<R> reading, String sql, Object... parameters)
      throws SQLException {
    try (ResultSet result = statement(sql, parameters).executeQuery()) {
      return result.next() ? reading.read(result, 1) : null;
    }
  }

  private <R> List<R> all(Reading<R> reading, String sql, Object... parameters)
      throws SQLException {
    List<R> rows = new ArrayList<>();
    try (ResultSet result = statement(sql, parameters).executeQuery()) {
      while (result.next()) {
        rows.add(reading.read(result, 1));
      }
    }
    return rows;
  }

  private PreparedStatement statement(String sql, Object... parameters) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
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

  private static String insert(String table, String columns) {
    int count = columns.split(",").length;
    String places = String.join(", ", Collections.nCopies(count, "?"));
    return "INSERT INTO %s (%s) VALUES (%s)".formatted(table, columns, places);
  }

  /// @param key how many of the first columns are the key
  private static String upsert(String table, String columns, int key) {
    return upsert(table, columns, key, key);
  }

  /// @param kept how many of the first columns, the key among them, stay as they are in a row that
  ///   is there
  private static String upsert(String table, String columns, int key, int kept) {
    String[] all = columns.split(", ");
    List<String> sets = new ArrayList<>();
    for (int i = kept; i < all.length; i++) {
      sets.add(all[i] + " = excluded." + all[i]);
    }
    return insert(table, columns)
        + " ON CONFLICT (%s) DO UPDATE SET %s"
            .formatted(String.join(", ", List.of(all).subList(0, key)), String.join(", ", sets));
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
