package dev.tertulia.server.storage.rows;

/// Keys of rows that are looked up in one statement, however many they are: the JSON array that
/// [Table#findAll] takes as its parameter. For one thread.
public final class KeyList {
  private final StringBuilder json = new StringBuilder("[");

  /// Adds a key.
  ///
  /// @param columns [Long] or [String], in the order of the statement
  public void add(Object... columns) {
    json.append(json.length() == 1 ? "[" : ",[");
    for (int i = 0; i < columns.length; i++) {
      if (i > 0) {
        json.append(',');
      }
      if (columns[i] instanceof Long number) {
        json.append(number.longValue());
      } else {
        text((String) columns[i]);
      }
    }
    json.append(']');
  }

  private void text(String value) {
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

  /// The array.
  @Override
  public String toString() {
    return json + "]";
  }
}
