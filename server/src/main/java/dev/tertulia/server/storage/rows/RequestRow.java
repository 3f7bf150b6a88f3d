package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import dev.tertulia.server.topic.Position;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A row of `request`: the outcome of a request that may be repeated.
///
/// @param id the request id given by the client
/// @param digest identifies the content; empty once the content was deleted, and then any content
///   is accepted as the same
/// @param expires when it may be removed, in Unix milliseconds; `null` for as long as its entry
///   exists
public record RequestRow(
    long topicId,
    String client,
    String id,
    long offset,
    long term,
    long time,
    byte[] digest,
    @Nullable Long expires)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "topic_id, client, id, entry_offset, term, time, digest, expires, checksum";

  public static final Table<RequestRow> TABLE =
      Table.replacing("request", 'q', "the requests", COLUMNS, 3, RequestRow::read);

  /// The row of a request that `entry` answers.
  public static RequestRow of(EntryRow entry, String id, byte[] digest, @Nullable Long expires) {
    return new RequestRow(
        entry.topicId(),
        entry.client(),
        id,
        entry.offset(),
        entry.term(),
        entry.time(),
        digest,
        expires);
  }

  public Position position() {
    return new Position(term, offset);
  }

  /// This row once the content was deleted.
  RequestRow blanked() {
    return new RequestRow(topicId, client, id, offset, term, time, new byte[0], expires);
  }

  /// This row when its entry goes.
  public RequestRow expiring(long when) {
    return new RequestRow(topicId, client, id, offset, term, time, digest, when);
  }

  @Override
  public Table<RequestRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "topic %s, offset %s".formatted(topicId, offset);
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.number(topicId);
    out.text(client);
    out.text(id);
    out.number(offset);
    out.number(term);
    out.number(time);
    out.bytes(digest);
    out.number(expires);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static RequestRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new RequestRow(
            in.number(),
            in.text(),
            in.text(),
            in.number(),
            in.number(),
            in.number(),
            in.bytes(),
            in.optionalNumber()));
  }
}
