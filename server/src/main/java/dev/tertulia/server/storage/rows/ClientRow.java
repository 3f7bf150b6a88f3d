package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// A row of `client`: when a client was connected, and which broadcasts its inbox contains.
///
/// @param first when it first connected or was notified, in Unix milliseconds
/// @param seen when it was last known to be connected or, if it never was, `first`
/// @param connected whether it ever was
/// @param since the offset of the broadcasts' newest entry at `first`
/// @param floorBroadcasts of that when the entry at the floor of its own log was stored
public record ClientRow(
    String client, long first, long seen, boolean connected, long since, long floorBroadcasts)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "client, first_seen, seen, connected, since, floor_broadcasts, checksum";

  public static final Table<ClientRow> TABLE =
      Table.replacing(
          "client",
          'c',
          "the clients",
          COLUMNS,
          1,
          ClientRow::read,
          Lines.ofClient(ClientRow::write, ClientRow::take),
          new Erasure.AtOnce(/* expires= */ true));

  private static final String FIND = "SELECT " + COLUMNS + " FROM client WHERE client = ?";

  /// Clients by id.
  public static final String BETWEEN =
      "SELECT " + COLUMNS + " FROM client WHERE client >= ? AND client < ? ORDER BY client LIMIT ?";

  /// The row of a client; `null` if it is not known.
  public static @Nullable ClientRow find(Querying querying, String client) throws SQLException {
    try (ResultSet result = querying.query(FIND, in -> in.text(client))) {
      return result.next() ? read(result, 1) : null;
    }
  }

  /// The rows of clients from `from` on and before `to`, ordered by id; at most `limit`.
  public static List<ClientRow> between(Querying querying, String from, String to, int limit)
      throws SQLException {
    List<ClientRow> rows = new ArrayList<>();
    try (ResultSet result =
        querying.query(
            BETWEEN,
            in -> {
              in.text(from);
              in.text(to);
              in.number(limit);
            })) {
      while (result.next()) {
        rows.add(read(result, 1));
      }
    }
    return rows;
  }

  public ClientRow withSeen(long when) {
    return new ClientRow(client, first, when, true, since, floorBroadcasts);
  }

  /// As it is, but seen at another time.
  public ClientRow at(long when) {
    return new ClientRow(client, Math.min(first, when), when, connected, since, floorBroadcasts);
  }

  public ClientRow withFloorBroadcasts(long offset) {
    return new ClientRow(client, first, seen, connected, since, offset);
  }

  @Override
  public Table<ClientRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "a client first seen at " + first;
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.text(client);
    out.number(first);
    out.number(seen);
    out.flag(connected);
    out.number(since);
    out.number(floorBroadcasts);
  }

  private void write(String topic, JsonGenerator out) {
    out.writeStringProperty("client", client)
        .writeNumberProperty("first", first)
        .writeNumberProperty("seen", seen)
        .writeBooleanProperty("connected", connected)
        .writeNumberProperty("since", since)
        .writeNumberProperty("floor_broadcasts", floorBroadcasts);
  }

  private static void take(ExportLine line, LogTables tables)
      throws SQLException, BadLineException {
    ClientRow row =
        new ClientRow(
            line.client(),
            line.time("first"),
            line.time("seen"),
            line.truth("connected"),
            line.count("since"),
            line.count("floor_broadcasts"));
    long broadcasts = tables.head(TopicName.BROADCASTS);
    BadLineException.unless(
        row.since <= broadcasts && row.floorBroadcasts <= broadcasts,
        "'since' or 'floor_broadcasts' is past the end of the broadcasts");
    ClientRow stored = find(tables, row.client);
    tables.put(
        stored == null
            ? row
            : new ClientRow(
                row.client,
                Math.min(stored.first, row.first),
                Math.max(stored.seen, row.seen),
                stored.connected || row.connected,
                Math.min(stored.since, row.since),
                Math.max(stored.floorBroadcasts, row.floorBroadcasts)));
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ClientRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new ClientRow(in.text(), in.number(), in.number(), in.flag(), in.number(), in.number()));
  }
}
