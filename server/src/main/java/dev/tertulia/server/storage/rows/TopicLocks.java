package dev.tertulia.server.storage.rows;

import dev.tertulia.server.topic.LogException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Locks topics of a shared database until the transaction ends, in the order of the lists, which
/// all writers have in common, so that none waits for one that waits for it. One round trip.
///
/// A topic without a row gets one, which nobody else sees before the commit: whoever wants to begin
/// the same one waits. Its numbers and its checksum are not those of a topic yet.
///
/// A row's lock has no queue: a writer that commits and begins again takes it before one that was
/// waiting has woken, so that a busy room would starve all nodes but one. Who waits [Wait#IN_TURN]
/// therefore takes a lock with a queue first.
public final class TopicLocks {
  private static final String CREATE =
      "WITH begun AS (INSERT INTO topic_name (id, kind, name) SELECT nextval('topic_id'),"
          + " k.value ->> 0, k.value ->> 1"
          + " FROM json_each(?) AS k WHERE NOT EXISTS (SELECT 1 FROM topic_name AS t"
          + " WHERE t.kind = k.value ->> 0 AND t.name = k.value ->> 1)"
          + " ORDER BY k.key ON CONFLICT (kind, name) DO NOTHING RETURNING id)"
          + " INSERT INTO topic_state SELECT id, 0, 0, 0, 0, 0, 0, 0 FROM begun RETURNING id";

  private static final String READ = TopicRow.TABLE.findAllBy("kind", "name");

  /// The same as the view `topic` has it, one after the other, and each is locked when it is found.
  private static final String LOCKING =
      "SELECT k.key, r.* FROM json_each(?) AS k CROSS JOIN LATERAL (SELECT n.id, n.kind, n.name,"
          + " s.head, s.floor, s.floor_term, s.time, s.entries, s.bytes, s.checksum"
          + " FROM topic_name AS n CROSS JOIN LATERAL (SELECT * FROM topic_state AS t"
          + " WHERE t.id = n.id ORDER BY t.head DESC LIMIT 1 FOR %s) AS s"
          + " WHERE n.kind = k.value ->> 0 AND n.name = k.value ->> 1 LIMIT 1) AS r";

  private static final String LOCK = LOCKING.formatted("UPDATE");

  private static final String SHARE = LOCKING.formatted("SHARE");

  /// Do not wait for what others hold.
  private static final String TRY = LOCKING.formatted("UPDATE SKIP LOCKED");

  private static final String TRY_SHARE = LOCKING.formatted("SHARE SKIP LOCKED");

  /// At most this many locks of a batch are taken in turn: PostgreSQL has a few thousand for all.
  private static final int MOST_TURNS = 64;

  /// Of the numbers of turns.
  private static final int SPACE = 0x746f7069;

  /// In the order of their numbers, like all who take them. A number that two topics share makes
  /// them wait for each other.
  private static final String TURN =
      "SELECT count(pg_advisory_xact_lock("
          + SPACE
          + ", q.number)) FROM (SELECT DISTINCT hashtext(concat(k.value ->> 0, ' ', k.value ->> 1))"
          + " AS number FROM json_each(?) AS k ORDER BY number LIMIT "
          + MOST_TURNS
          + ") AS q";

  /// The same, with those that are shared: they wait for those that are not, and the other way
  /// round.
  private static final String SHARED_TURN =
      "SELECT count(CASE WHEN q.alone THEN CAST(pg_advisory_xact_lock("
          + SPACE
          + ", q.number) AS text) ELSE CAST(pg_advisory_xact_lock_shared("
          + SPACE
          + ", q.number) AS text) END) FROM (SELECT w.number, bool_or(w.alone) AS alone FROM ("
          + "SELECT hashtext(concat(k.value ->> 0, ' ', k.value ->> 1)) AS number, true AS alone"
          + " FROM json_each(?) AS k UNION ALL"
          + " SELECT hashtext(concat(k.value ->> 0, ' ', k.value ->> 1)), false"
          + " FROM json_each(?) AS k) AS w GROUP BY w.number ORDER BY w.number LIMIT "
          + MOST_TURNS
          + ") AS q";

  private static final String MOMENT =
      "SELECT %s, coalesce((SELECT max(seq) FROM batch WHERE term = "
          + LogTables.BEGINNING_TERM
          + "), 0)";

  private final LogTables tables;
  private final Supplier<String> clock;

  /// The statements that are sent together, but for the moment, by what there is to do.
  private final Map<Shape, String> texts = new HashMap<>();

  /// @param clock see [dev.tertulia.server.storage.sql.Database#clock]
  public TopicLocks(LogTables tables, Supplier<String> clock) {
    this.tables = tables;
    this.clock = clock;
  }

  /// Takes what is found.
  @FunctionalInterface
  public interface Found {
    /// Takes a topic.
    ///
    /// @param row `null` if it has got its row now
    void found(int index, long id, @Nullable TopicRow row) throws SQLException;
  }

  /// What is to be locked, or only read.
  ///
  /// @param created get a row if they have none; kinds and names
  /// @param locked a list of all that are to be locked, `created` among them
  /// @param shared are locked together with others that only share them, after all that are locked
  /// @param read are read without a lock
  public record Wanted(
      KeyList created, KeyList locked, KeyList shared, KeyList read, Wait waiting) {
    private boolean isInTurn() {
      return waiting == Wait.IN_TURN && !locked.isEmpty();
    }
  }

  /// What is done about topics that others have locked.
  public enum Wait {
    /// Waits behind those that were there before. Only for the first locks of a transaction: one
    /// that holds others already would wait for who waits for it.
    IN_TURN,

    /// Waits until they are free.
    UNTIL_FREE,

    /// Passes them over.
    NO
  }

  /// When they were locked.
  ///
  /// @param now in Unix milliseconds
  /// @param beginning past which offset rooms begin that begin now
  public record Moment(long now, long beginning) {}

  /// What of a [Wanted] decides which statements there are.
  private record Shape(
      boolean creates, boolean locks, boolean shares, boolean reads, Wait waiting) {
    Shape(Wanted wanted) {
      this(
          !wanted.created.isEmpty(),
          !wanted.locked.isEmpty(),
          !wanted.shared.isEmpty(),
          !wanted.read.isEmpty(),
          wanted.waiting);
    }
  }

  /// Locks and reads topics. Rows that are damaged are left out.
  public Moment lock(Wanted wanted, Found locked, Found shared, Found read) throws SQLException {
    boolean inTurn = wanted.isInTurn();
    boolean shares = inTurn && !wanted.shared.isEmpty();
    String text = texts.computeIfAbsent(new Shape(wanted), any -> text(wanted));
    PreparedStatement statement = tables.statement(text + MOMENT.formatted(clock.get()));
    int at = inTurn ? wanted.locked.bind(statement, 1) : 1;
    at = shares ? wanted.shared.bind(statement, at) : at;
    at = wanted.created.isEmpty() ? at : wanted.created.bind(statement, at);
    at = wanted.locked.isEmpty() ? at : wanted.locked.bind(statement, at);
    at = wanted.shared.isEmpty() ? at : wanted.shared.bind(statement, at);
    if (!wanted.read.isEmpty()) {
      wanted.read.bind(statement, at);
    }
    statement.execute();
    if (inTurn) {
      statement.getMoreResults();
    }
    Set<Long> created = new HashSet<>();
    if (!wanted.created.isEmpty()) {
      try (ResultSet result = statement.getResultSet()) {
        while (result.next()) {
          created.add(result.getLong(1));
        }
      }
      statement.getMoreResults();
    }
    take(statement, wanted.locked, created, locked);
    take(statement, wanted.shared, created, shared);
    take(statement, wanted.read, created, read);
    try (ResultSet result = statement.getResultSet()) {
      result.next();
      return new Moment(result.getLong(1), result.getLong(2));
    }
  }

  /// Up to the time.
  private String text(Wanted wanted) {
    StringBuilder sql = new StringBuilder();
    boolean waits = wanted.waiting != Wait.NO;
    if (wanted.isInTurn()) {
      add(sql, wanted.locked, wanted.shared.isEmpty() ? TURN : SHARED_TURN);
    }
    add(sql, wanted.created, CREATE);
    add(sql, wanted.locked, waits ? LOCK : TRY);
    add(sql, wanted.shared, waits ? SHARE : TRY_SHARE);
    add(sql, wanted.read, READ);
    return sql.toString();
  }

  private static void add(StringBuilder sql, KeyList keys, String what) {
    if (!keys.isEmpty()) {
      sql.append(keys.translated(what)).append("; ");
    }
  }

  private void take(PreparedStatement statement, KeyList keys, Set<Long> created, Found found)
      throws SQLException {
    if (keys.isEmpty()) {
      return;
    }
    try (ResultSet result = statement.getResultSet()) {
      while (result.next()) {
        int index = result.getInt(1);
        long id = result.getLong(2);
        try {
          found.found(index, id, created.contains(id) ? null : TopicRow.read(result, 2));
        } catch (LogException damage) {
          tables.met(damage);
        }
      }
    }
    statement.getMoreResults();
  }
}
