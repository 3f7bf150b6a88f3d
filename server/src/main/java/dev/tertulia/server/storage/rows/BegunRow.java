package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/// A row of `begun`, which only a shared database has: how many rooms and inboxes a client has
/// begun in a day. It is not exported, and is of no use after that day.
///
/// @param since when the day began
public record BegunRow(String client, long since, long rooms, long inboxes) implements Row {
  /// How long it counts.
  public static final Duration DAY = Duration.ofDays(1);

  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS = "client, since, rooms, inboxes, checksum";

  public static final Table<BegunRow> TABLE =
      new Table<>(
          "begun",
          'g',
          "what clients have begun",
          COLUMNS,
          1,
          BegunRow::read,
          Table.upsert("begun", COLUMNS, 1, 1),
          null,
          new Erasure.AtOnce(/* expires= */ true));

  /// That of a client that has begun nothing since `now`.
  public static BegunRow none(String client, long now) {
    return new BegunRow(client, now, 0, 0);
  }

  /// The row itself, or another one if its day is over.
  public BegunRow at(long now) {
    return now < since || now - since >= DAY.toMillis() ? none(client, now) : this;
  }

  /// With another room.
  public BegunRow withRoom() {
    return new BegunRow(client, since, rooms + 1, inboxes);
  }

  /// With another inbox.
  public BegunRow withInbox() {
    return new BegunRow(client, since, rooms, inboxes + 1);
  }

  /// The time until another day begins.
  public Duration untilNextDay(long now) {
    return Duration.ofMillis(since + DAY.toMillis() - now);
  }

  @Override
  public Table<BegunRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "what a client has begun since " + since;
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.text(client);
    out.number(since);
    out.number(rooms);
    out.number(inboxes);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static BegunRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(new BegunRow(in.text(), in.number(), in.number(), in.number()));
  }
}
