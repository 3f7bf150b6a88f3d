package dev.tertulia.server.storage.rows;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/// Keys of rows that are looked up in one statement, however many they are. For one thread.
///
/// Statements that take one are written as SQLite understands them: a JSON array of arrays is their
/// first parameter, `k.key` is the place of a key in it, and `k.value ->> 0` its first column. For
/// PostgreSQL they are [translated][#translated]: there each column is an array of its own, with
/// the type of the column that it is compared with.
public final class KeyList {
  private static final String JSON = "json_each(?) AS k";

  private final List<Object[]> keys = new ArrayList<>();

  /// Adds a key.
  ///
  /// @param columns [Long] or [String], in the order of the statement
  public void add(Object... columns) {
    keys.add(columns);
  }

  /// Whether there is none.
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /// The statement for PostgreSQL, with as many parameters instead of one as a key has columns.
  public String translated(String sql) {
    Object[] first = keys.getFirst();
    StringBuilder arrays = new StringBuilder("unnest(");
    StringBuilder names = new StringBuilder();
    String made = sql;
    for (int i = 0; i < first.length; i++) {
      arrays.append(i == 0 ? "" : ", ").append(isNumber(i) ? "?::bigint[]" : "?::text[]");
      names.append("c").append(i).append(", ");
      made = made.replace("k.value ->> " + i, "k.c" + i);
    }
    return made.replace("k.key", "k.place - 1")
        .replace(JSON, arrays + ") WITH ORDINALITY AS k (" + names + "place)");
  }

  private boolean isNumber(int column) {
    return keys.getFirst()[column] instanceof Long;
  }

  /// Sets the parameters of the translated statement.
  ///
  /// @param at the number of the first one
  /// @return the number of the one after the last
  int bind(PreparedStatement statement, int at) throws SQLException {
    int columns = keys.getFirst().length;
    for (int column = 0; column < columns; column++) {
      Object[] values = isNumber(column) ? new Long[keys.size()] : new String[keys.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = keys.get(i)[column];
      }
      statement.setObject(at + column, values, Types.ARRAY);
    }
    return at + columns;
  }

  /// The parameters of the translated statement as texts, which PostgreSQL reads as arrays; one for
  /// each column.
  public List<String> arrays() {
    List<String> arrays = new ArrayList<>();
    for (int column = 0; column < keys.getFirst().length; column++) {
      StringBuilder array = new StringBuilder("{");
      for (Object[] key : keys) {
        array.append(array.length() == 1 ? "" : ",");
        if (key[column] instanceof Long number) {
          array.append(number.longValue());
        } else {
          String text = (String) key[column];
          array.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
        }
      }
      arrays.add(array.append('}').toString());
    }
    return arrays;
  }

  /// The JSON array.
  String json() {
    StringBuilder json = new StringBuilder("[");
    for (Object[] key : keys) {
      json.append(json.length() == 1 ? "[" : ",[");
      for (int i = 0; i < key.length; i++) {
        if (i > 0) {
          json.append(',');
        }
        if (key[i] instanceof Long number) {
          json.append(number.longValue());
        } else {
          text(json, (String) key[i]);
        }
      }
      json.append(']');
    }
    return json.append(']').toString();
  }

  private static void text(StringBuilder json, String value) {
    json.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append("\\u00").append(c < 0x10 ? '0' : '1').append(Character.forDigit(c & 0xf, 16));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
