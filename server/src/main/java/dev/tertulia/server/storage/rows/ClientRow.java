package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;

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
      Table.replacing("client", 'c', "the clients", COLUMNS, 1, ClientRow::read);

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

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ClientRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new ClientRow(in.text(), in.number(), in.number(), in.flag(), in.number(), in.number()));
  }
}
