package dev.tertulia.server.storage.rows;

import dev.tertulia.server.topic.LogException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// The SQL statements of retention, on the connection of the writer: what is old, and its removal.
public final class RetentionTables {
  private static final String EXPIRE_REQUEST =
      "UPDATE request SET expires = ?, checksum = ? WHERE topic_id = ? AND client = ? AND id = ?";

  /// Entry by entry, each with a look at its request, and not the other way round.
  private static final String REQUESTS_OF =
      "SELECT "
          + RequestRow.TABLE.columnsOf("r")
          + " FROM entry e CROSS JOIN request r"
          + " WHERE e.topic_id = ? AND e.entry_offset > ? AND e.entry_offset <= ?"
          + " AND r.topic_id = e.topic_id AND r.client = e.client AND r.id = e.request";

  static final String COUNT_MESSAGES =
      "SELECT (SELECT count(*) FROM entry WHERE topic_id = ? AND kind = 1 AND entry_offset > ?)"
          + " + (SELECT count(*) FROM entry WHERE topic_id = ? AND kind = 5 AND entry_offset > ?)";

  /// Rows of `participant`, and whether their topics have a row, which those that began in this
  /// transaction do not have yet.
  static final String PARTICIPATIONS =
      "SELECT participant.client, participant.topic_id,"
          + " CASE WHEN topic.id IS NULL THEN 1 ELSE 0 END FROM participant"
          + " LEFT JOIN topic ON topic.id = participant.topic_id"
          + " WHERE (participant.client, participant.topic_id) > (?, ?)"
          + " ORDER BY participant.client, participant.topic_id LIMIT ?";

  /// How many entries of a clock that was ahead are passed over to find one of another time.
  private static final int AHEAD = 10_000;

  /// Of the nodes that share a database one at a time does what is to be done now and then.
  private static final String TAKE_TURN =
      "SELECT pg_try_advisory_xact_lock(1413829460, hashtext(current_schema()))";

  private final LogTables tables;

  RetentionTables(LogTables tables) {
    this.tables = tables;
  }

  /// Whether this transaction is the only one of a shared database that removes what is old. Until
  /// it ends no other is.
  public boolean takeTurn() throws SQLException {
    try (ResultSet result = tables.statement(TAKE_TURN).executeQuery()) {
      return result.next() && result.getBoolean(1);
    }
  }

  /// The end of a query for rows that are to be changed: in a shared database they are locked, and
  /// those that others have locked are passed over.
  private String locked() {
    return tables.isShared() ? " FOR UPDATE SKIP LOCKED" : "";
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
        tables.all(
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
        tables.update(
            "DELETE FROM participant WHERE client = ? AND topic_id = ?", each.client, each.topic);
      }
    }
    return new Orphans(found.size() < limit ? Participation.NONE : found.getLast(), removed);
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
    return tables.all(
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
    PreparedStatement statement = tables.statement(COUNT_MESSAGES, topic, offset, topic, offset);
    try (ResultSet result = statement.executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// The time of the oldest entry above `offset` that is not of a time after `now`; `now` if there
  /// is none among the first [#AHEAD].
  public long timeAbove(long topic, long offset, long now) throws SQLException {
    PreparedStatement statement =
        tables.statement(
            "SELECT time FROM (SELECT time FROM entry WHERE topic_id = ? AND entry_offset > ?"
                + " ORDER BY entry_offset LIMIT "
                + AHEAD
                + ") AS oldest WHERE time <= ? LIMIT 1",
            topic,
            offset,
            now);
    try (ResultSet result = statement.executeQuery()) {
      return result.next() ? result.getLong(1) : now;
    }
  }

  /// The requests that the entries above `after` answer, up to `last`, but for those that are
  /// damaged.
  public List<RequestRow> requestsOf(long topic, long after, long last) throws SQLException {
    List<RequestRow> requests = new ArrayList<>();
    try (ResultSet result = tables.statement(REQUESTS_OF, topic, after, last).executeQuery()) {
      while (result.next()) {
        try {
          requests.add(RequestRow.read(result, 1));
        } catch (LogException damage) {
          tables.met(damage);
        }
      }
    }
    return requests;
  }

  /// Notes when a request may go.
  public void expire(RequestRow row) throws SQLException {
    PreparedStatement statement = tables.statement(EXPIRE_REQUEST);
    statement.setLong(1, row.expires() == null ? 0 : row.expires());
    statement.setLong(2, row.checksum());
    statement.setLong(3, row.topicId());
    statement.setString(4, row.client());
    statement.setString(5, row.id());
    statement.executeUpdate();
  }

  /// Removes requests that have expired, or would only after `latest`, at most `limit`.
  ///
  /// @return how many
  public int removeExpired(long now, long latest, long limit) throws SQLException {
    return tables.update(
        "DELETE FROM request WHERE (topic_id, id, client) IN (SELECT topic_id, id, client FROM"
            + " request WHERE expires < ? OR expires > ? LIMIT ?"
            + locked()
            + ")",
        now,
        latest,
        limit);
  }

  /// Removes what clients have begun in days that are over, at most `limit` rows. Only a shared
  /// database has them.
  ///
  /// @return how many
  public int removeBegun(long now, long limit) throws SQLException {
    return tables.isShared()
        ? tables.update(
            "DELETE FROM begun WHERE client IN (SELECT client FROM begun WHERE since <= ? LIMIT ?"
                + " FOR UPDATE SKIP LOCKED)",
            now - BegunRow.DAY.toMillis(),
            limit)
        : 0;
  }

  /// Removes the first batches of a term, up to `seq` and at most `limit`, until one stays: one
  /// that is neither older than `time` nor of a time after `latest`. So no hole comes between
  /// batches, though the clock was ahead for a while.
  ///
  /// @return how many
  public int removeBatches(long term, long seq, long time, long latest, long limit)
      throws SQLException {
    return tables.update(
        "DELETE FROM batch WHERE term = ? AND seq <="
            + " (SELECT coalesce(min(CASE WHEN time >= ? AND time <= ? THEN seq - 1 END), max(seq))"
            + " FROM (SELECT seq, time FROM batch WHERE term = ? AND seq <= ? ORDER BY seq LIMIT ?)"
            + " AS oldest)",
        term,
        time,
        latest,
        term,
        seq,
        limit);
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
      if (other != term && other != LogTables.BEGINNING_TERM) {
        removed += removeBatches(other, Long.MAX_VALUE, time, latest, limit - removed);
      }
    }
    return removed;
  }

  /// The next term of which there are batches; `null` if there is none.
  private @Nullable Long termAfter(long term) throws SQLException {
    try (ResultSet result =
        tables
            .statement("SELECT term FROM batch WHERE term > ? ORDER BY term LIMIT 1", term)
            .executeQuery()) {
      return result.next() ? (Long) result.getLong(1) : null;
    }
  }

  /// Removes what was told of notifications of a client's own that are at `offset` or below.
  public void trimInbox(String client, long offset) throws SQLException {
    tables.update(
        "DELETE FROM inbox_read WHERE client = ? AND broadcast = 0 AND last_offset <= ?",
        client,
        offset);
    tables.update(
        "DELETE FROM shown WHERE client = ? AND broadcast = 0 AND last_offset <= ?",
        client,
        offset);
  }

  /// Removes what was told of broadcasts that are at `offset` or below, at most `limit` rows each.
  ///
  /// @return how many at most
  public int trimBroadcasts(long offset, long limit) throws SQLException {
    return Math.max(
        tables.update(
            "DELETE FROM inbox_read WHERE (client, broadcast, first_offset) IN"
                + " (SELECT client, broadcast, first_offset FROM inbox_read"
                + " WHERE broadcast = 1 AND last_offset <= ? LIMIT ?"
                + locked()
                + ")",
            offset,
            limit),
        tables.update(
            "DELETE FROM shown WHERE (client, device, broadcast, first_offset) IN"
                + " (SELECT client, device, broadcast, first_offset FROM shown"
                + " WHERE broadcast = 1 AND last_offset <= ? LIMIT ?"
                + locked()
                + ")",
            offset,
            limit));
  }

  /// Clients that were last seen before `time`, the longest away first, at most `limit`.
  public List<ClientRow> clientsUnseenSince(long time, int limit) throws SQLException {
    return tables.all(
        ClientRow::read,
        "SELECT "
            + ClientRow.COLUMNS
            + " FROM client WHERE seen < ? ORDER BY seen LIMIT ?"
            + locked(),
        time,
        (long) limit);
  }

  /// Clients whose ids begin with `prefix`, and that were last seen before `time`, at most `limit`.
  public List<ClientRow> clientsUnseenSince(long time, String prefix, int limit)
      throws SQLException {
    return tables.all(
        ClientRow::read,
        "SELECT "
            + ClientRow.COLUMNS
            + " FROM client WHERE client >= ? AND client < ? AND seen < ? LIMIT ?"
            + locked(),
        prefix,
        prefix + Character.MAX_VALUE,
        time,
        (long) limit);
  }

  /// Clients that were last seen after `time`, by a clock that was ahead, at most `limit`.
  public List<ClientRow> clientsSeenAfter(long time, int limit) throws SQLException {
    return tables.all(
        ClientRow::read,
        "SELECT "
            + ClientRow.COLUMNS
            + " FROM client WHERE seen > ? ORDER BY seen LIMIT ?"
            + locked(),
        time,
        (long) limit);
  }

  /// Devices that were last heard after `time`, by a clock that was ahead, at most `limit`.
  public List<DeviceRow> devicesHeardAfter(long time, int limit) throws SQLException {
    return tables.all(
        DeviceRow::read,
        "SELECT "
            + DeviceRow.COLUMNS
            + " FROM device WHERE heard > ? ORDER BY heard LIMIT ?"
            + locked(),
        time,
        (long) limit);
  }

  /// Devices that were last heard before `time`, the longest silent first, at most `limit`.
  public List<DeviceRow> devicesUnheardSince(long time, int limit) throws SQLException {
    return tables.all(
        DeviceRow::read,
        "SELECT "
            + DeviceRow.COLUMNS
            + " FROM device WHERE heard < ? ORDER BY heard LIMIT ?"
            + locked(),
        time,
        (long) limit);
  }
}
