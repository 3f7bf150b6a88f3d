package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A row of `api_key`: a key that operators have made. It is not exported: an export is what people
/// have written, and importing one must not open a server to those who wrote the file.
///
/// @param hash the SHA-256 of its text
/// @param scopes words separated by spaces
/// @param rooms patterns separated by spaces
/// @param created in Unix milliseconds, as the others
/// @param expires `null` for never
/// @param used when it was last used; `null` if it never was
public record ApiKeyRow(
    String id,
    String name,
    byte[] hash,
    String scopes,
    String rooms,
    long created,
    @Nullable Long expires,
    @Nullable Long used)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "id, name, hash, scopes, rooms, created, expires, used, checksum";

  public static final Table<ApiKeyRow> TABLE =
      new Table<>(
          "api_key",
          'a',
          "the API keys",
          COLUMNS,
          1,
          ApiKeyRow::read,
          Table.upsert("api_key", COLUMNS, 1, 1),
          /* lines= */ null,
          Erasure.Special.NONE);

  @Override
  public Table<ApiKeyRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "the key " + id;
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.text(id);
    out.text(name);
    out.bytes(hash);
    out.text(scopes);
    out.text(rooms);
    out.number(created);
    out.number(expires);
    out.number(used);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static ApiKeyRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new ApiKeyRow(
            in.text(),
            in.text(),
            in.bytes(),
            in.text(),
            in.text(),
            in.number(),
            in.optionalNumber(),
            in.optionalNumber()));
  }

  /// Without the hash.
  @Override
  public String toString() {
    return "the key %s (%s)".formatted(name, id);
  }
}
