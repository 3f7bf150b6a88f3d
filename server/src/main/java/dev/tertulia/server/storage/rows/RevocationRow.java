package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// A row of `revocation`: a rule by which tokens are refused. It is not exported: an export is what
/// people have written. The erasure of a client leaves it, because the tokens of the client would
/// be accepted again.
///
/// @param kind [#OF_CLIENT], [#OF_TOKEN] or [#OF_ALL]
/// @param subject a client, or the id of a token; empty for all tokens
/// @param issuer of the one token; `null` for any
/// @param tokensFrom in Unix milliseconds, as the others; `null` for one token
/// @param expires `null` for never
/// @param request the id of the request that made it; `null` for none
public record RevocationRow(
    long id,
    long kind,
    String subject,
    @Nullable String issuer,
    @Nullable Long tokensFrom,
    @Nullable Long expires,
    @Nullable String request)
    implements Row {
  /// The tokens of a client.
  public static final long OF_CLIENT = 1;

  /// One token.
  public static final long OF_TOKEN = 2;

  /// All tokens.
  public static final long OF_ALL = 3;

  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "id, kind, subject, issuer, tokens_from, expires, request, checksum";

  public static final Table<RevocationRow> TABLE =
      new Table<>(
          "revocation",
          'v',
          "the revocations",
          COLUMNS,
          1,
          RevocationRow::read,
          Table.upsert("revocation", COLUMNS, 1, 1),
          /* lines= */ null,
          Erasure.Special.NONE);

  @Override
  public Table<RevocationRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return "the revocation " + id;
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.number(id);
    out.number(kind);
    out.text(subject);
    out.text(issuer);
    out.number(tokensFrom);
    out.number(expires);
    out.text(request);
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static RevocationRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    return in.checked(
        new RevocationRow(
            in.number(),
            in.number(),
            in.text(),
            in.optionalText(),
            in.optionalNumber(),
            in.optionalNumber(),
            in.optionalText()));
  }
}
