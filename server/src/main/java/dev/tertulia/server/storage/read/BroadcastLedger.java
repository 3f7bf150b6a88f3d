package dev.tertulia.server.storage.read;

import dev.tertulia.server.notification.InboxLog.Ledger;
import dev.tertulia.server.notification.InboxLog.Visits;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Columns.Binder;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Counts the delivery of one broadcast, from the reports of clients and devices. For one thread,
/// within a transaction.
///
/// The number of clients examined is bounded. They are examined in the order of their rows, which
/// is that of their ids, because any other order would take many times as long.
public final class BroadcastLedger {
  private static final String READ =
      "EXISTS (SELECT 1 FROM inbox_read AS r WHERE r.client = c.client AND r.broadcast = 1"
          + " AND r.first_offset <= ? AND r.last_offset >= ?)";

  private static final String SHOWN =
      "EXISTS (SELECT 1 FROM shown AS s WHERE s.client = c.client AND s.broadcast = 1"
          + " AND s.first_offset <= ? AND s.last_offset >= ?)";

  private static final String ACKED =
      "EXISTS (SELECT 1 FROM device AS d WHERE d.client = c.client AND d.broadcasts >= ?)";

  /// Of those that are looked at.
  private static final String CLIENTS =
      " FROM (SELECT * FROM client ORDER BY client LIMIT ?) AS c WHERE c.since < ?";

  static final String INBOXES = "SELECT count(*) FROM client WHERE since < ?";

  /// What was told is gathered once, and then summed: a sum would ask for it again and again.
  static final String COUNTS =
      "WITH told AS MATERIALIZED (SELECT "
          + ACKED
          + " AS acked, "
          + SHOWN
          + " AS shown, "
          + READ
          + " AS isread"
          + CLIENTS
          + ") SELECT count(*), count(CASE WHEN acked OR shown OR isread THEN 1 END),"
          + " count(CASE WHEN shown OR isread THEN 1 END), count(CASE WHEN isread THEN 1 END),"
          + " count(CASE WHEN shown THEN 1 END),"
          + " count(CASE WHEN shown AND isread THEN 1 END) FROM told";

  static final String WAITING =
      "SELECT "
          + ClientRow.COLUMNS
          + CLIENTS
          + " AND NOT "
          + ACKED
          + " AND NOT "
          + SHOWN
          + " AND NOT "
          + READ
          + " ORDER BY c.client LIMIT ?";

  private final Querying querying;
  private final NotificationId id;
  private final int most;

  /// @param most clients that are looked at
  public BroadcastLedger(Querying querying, NotificationId id, int most) {
    this.querying = querying;
    this.id = id;
    this.most = most;
  }

  /// What became of it; `null` if there is no such broadcast.
  ///
  /// @param waiting the most clients that are named
  public @Nullable Ledger read(int waiting) throws SQLException {
    EntryRow row = entry();
    if (row == null) {
      return null;
    }
    Long revoked = row.deleted() ? DeliveryStatusQuery.revoked(querying, row).time() : null;
    List<Visits> waits = row.deleted() ? List.of() : waiting(row, waiting);
    long inboxes = inboxes(row);
    try (ResultSet counts =
        querying.query(
            COUNTS,
            in -> {
              told(in, row);
              among(in, row);
            })) {
      boolean any = counts.next();
      return new Ledger.Broadcast(
          row.publication(TopicName.BROADCASTS, querying),
          revoked,
          inboxes,
          any ? counts.getLong(1) : 0,
          any ? counts.getLong(row.deleted() ? 5 : 2) : 0,
          any ? counts.getLong(row.deleted() ? 5 : 3) : 0,
          any ? counts.getLong(row.deleted() ? 6 : 4) : 0,
          waits);
    }
  }

  private @Nullable EntryRow entry() throws SQLException {
    TopicRow topic = SqlLog.topicRow(querying, TopicName.BROADCASTS);
    if (topic == null) {
      return null;
    }
    try (ResultSet result =
        querying.query(
            SqlLog.ENTRY,
            in -> {
              in.number(topic.id());
              in.number(id.position().offset());
            })) {
      EntryRow row = result.next() ? EntryRow.asItStands(querying, result, 1) : null;
      return row != null
              && row.term() == id.position().term()
              && (EntryBody.isNotification(row.kind()) || !row.sound())
          ? row
          : null;
    }
  }

  private long inboxes(EntryRow row) throws SQLException {
    try (ResultSet result = querying.query(INBOXES, in -> in.number(row.offset()))) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  /// The parameters of [#ACKED], [#SHOWN] and [#READ].
  private static void told(Binder in, EntryRow row) throws SQLException {
    for (int i = 0; i < 5; i++) {
      in.number(row.offset());
    }
  }

  /// Those of [#CLIENTS].
  private void among(Binder in, EntryRow row) throws SQLException {
    in.number(most);
    in.number(row.offset());
  }

  private List<Visits> waiting(EntryRow row, int named) throws SQLException {
    List<Visits> waiting = new ArrayList<>();
    try (ResultSet result =
        querying.query(
            WAITING,
            in -> {
              among(in, row);
              told(in, row);
              in.number(named);
            })) {
      while (result.next()) {
        Visits visits = DeliveryStatusQuery.visits(ClientRow.read(result, 1));
        if (visits != null) {
          waiting.add(visits);
        }
      }
    }
    return waiting;
  }
}
