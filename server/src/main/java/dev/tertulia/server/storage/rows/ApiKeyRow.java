package dev.tertulia.server.storage.rows;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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

  private static final String SPACE = " ";

  /// The row of a key.
  public static ApiKeyRow of(ApiKey key) {
    return new ApiKeyRow(
        key.id(),
        key.name(),
        key.hash(),
        key.scopes().scopes().stream()
            .map(KeyScopes.Scope::wireName)
            .sorted()
            .collect(Collectors.joining(SPACE)),
        key.scopes().rooms().stream().map(NamePattern::text).collect(Collectors.joining(SPACE)),
        key.created().toEpochMilli(),
        UnixMillis.of(key.expiry()),
        UnixMillis.of(key.used()));
  }

  /// The key of the row.
  ///
  /// @throws IllegalArgumentException if a newer version has stored it, with what is not known here
  public ApiKey key() {
    Set<KeyScopes.Scope> may = EnumSet.noneOf(KeyScopes.Scope.class);
    for (String word : scopes.split(SPACE, -1)) {
      KeyScopes.Scope scope = KeyScopes.Scope.parse(word);
      if (scope == null) {
        throw new IllegalArgumentException("the scope '%s' is not known".formatted(word));
      }
      may.add(scope);
    }
    List<NamePattern> where = new ArrayList<>();
    for (String pattern : rooms.split(SPACE, -1)) {
      where.add(new NamePattern(pattern));
    }
    return new ApiKey(
        new Principal.KeyName(id, name),
        new KeyScopes(may, where),
        hash,
        Instant.ofEpochMilli(created),
        UnixMillis.instant(expires),
        UnixMillis.instant(used));
  }

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
