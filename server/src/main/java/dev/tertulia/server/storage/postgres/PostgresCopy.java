package dev.tertulia.server.storage.postgres;

import dev.tertulia.server.storage.sql.BulkLoad;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import org.postgresql.jdbc.PgConnection;

/// Adds rows by `COPY … FROM STDIN`, in its form as text: columns with tabs between them, one row a
/// line.
final class PostgresCopy implements BulkLoad {
  /// What is sent at once.
  private static final int CHUNK = 1 << 16;

  private static final HexFormat HEX = HexFormat.of();

  private final CopyIn copy;
  private final StringBuilder text = new StringBuilder(CHUNK + (CHUNK >> 2));
  private boolean begun;

  PostgresCopy(Connection connection, String table, String columns) throws SQLException {
    copy =
        connection
            .unwrap(PgConnection.class)
            .getCopyAPI()
            .copyIn("COPY %s (%s) FROM STDIN".formatted(table, columns));
  }

  private void separate() {
    if (begun) {
      text.append('\t');
    }
    begun = true;
  }

  @Override
  public void number(long value) {
    separate();
    text.append(value);
  }

  @Override
  public void number(@Nullable Long value) {
    separate();
    if (value == null) {
      text.append("\\N");
    } else {
      text.append(value.longValue());
    }
  }

  @Override
  public void text(@Nullable String value) {
    separate();
    if (value == null) {
      text.append("\\N");
      return;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '\t' -> text.append("\\t");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        default -> text.append(c);
      }
    }
  }

  @Override
  public void bytes(byte[] value) {
    separate();
    text.append("\\\\x");
    HEX.formatHex(text, value);
  }

  @Override
  public void endRow() throws SQLException {
    text.append('\n');
    begun = false;
    if (text.length() >= CHUNK) {
      send();
    }
  }

  private void send() throws SQLException {
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    copy.writeToCopy(bytes, 0, bytes.length);
    text.setLength(0);
  }

  @Override
  public void finish() throws SQLException {
    send();
    copy.endCopy();
  }

  @Override
  public void close() throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }
}
