package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The description of a table, from which storing, check, export, import and erasure are made. Each
/// is a constant of the class of its rows, and [Tables] lists them. Immutable.
public final class Table<R extends Row> {
  private final String name;
  private final char letter;
  private final String label;
  private final String columns;
  private final int key;
  private final Reader<R> reader;
  private final String put;
  private final @Nullable Lines<R> lines;
  private final Erasure erasure;
  private final String remove;
  private final String findAll;
  private final String add;
  private final String addIfAbsent;
  private final String store;

  /// Reads the current row of a result.
  @FunctionalInterface
  public interface Reader<R> {
    /// Reads one row.
    ///
    /// @param first the number of the row's first column in the result, from 1
    R read(ResultSet result, int first) throws SQLException;
  }

  /// @param name in SQL, and the `type` of its lines in an export
  /// @param letter a part of the checksum of each row, so that a row of one table is never taken
  ///   for a row of another
  /// @param label for operators, such as `the devices`
  /// @param columns all columns, separated by `, `, in the order of [Row#columns]; the checksum
  ///   last
  /// @param key how many of the first columns are the key
  /// @param reader reads `columns` and verifies the checksum
  /// @param put the statement by which [LogTables#put] stores a row
  /// @param lines in an export; `null` for those that are not exported, and for topics and entries,
  ///   which are what an export consists of
  Table(
      String name,
      char letter,
      String label,
      String columns,
      int key,
      Reader<R> reader,
      String put,
      @Nullable Lines<R> lines,
      Erasure erasure) {
    this.name = name;
    this.letter = letter;
    this.label = label;
    this.columns = columns;
    this.key = key;
    this.reader = reader;
    this.put = put;
    this.lines = lines;
    this.erasure = erasure;
    remove = "DELETE FROM %s WHERE %s = ?".formatted(name, String.join(" = ? AND ", keyColumns()));
    findAll = findAllBy(keyColumns().toArray(String[]::new));
    add = many(insert(name, columns));
    addIfAbsent = insertIfAbsent(name, columns);
    store = many(put.contains("DO UPDATE") ? put : upsert(name, columns, key, key));
  }

  /// A table whose rows are stored in place of those with the same key.
  static <R extends Row> Table<R> replacing(
      String name,
      char letter,
      String label,
      String columns,
      int key,
      Reader<R> reader,
      Lines<R> lines,
      Erasure erasure) {
    return new Table<>(
        name, letter, label, columns, key, reader, upsert(name, columns, key, key), lines, erasure);
  }

  /// In SQL, and the `type` of its lines in an export.
  public String name() {
    return name;
  }

  /// For operators, such as `the devices`.
  public String label() {
    return label;
  }

  /// All columns, separated by `, `, in the order of [Row#columns]; the checksum last.
  public String columns() {
    return columns;
  }

  /// How many of the first columns are the key.
  public int key() {
    return key;
  }

  /// Reads `columns` and verifies the checksum.
  public Reader<R> reader() {
    return reader;
  }

  /// Its lines in an export; `null` for those that are not exported, and for topics and entries,
  /// which are what an export consists of.
  public @Nullable Lines<R> lines() {
    return lines;
  }

  public Erasure erasure() {
    return erasure;
  }

  /// Stores a row.
  public String put() {
    return put;
  }

  /// Stores a row, or does nothing if there is one with its key.
  String addIfAbsent() {
    return addIfAbsent;
  }

  /// Adds many rows: all columns of the result that stands for `%s`.
  String add() {
    return add;
  }

  /// The same, in place of those with the same keys.
  String store() {
    return store;
  }

  private static String many(String sql) {
    return sql.replaceFirst("VALUES \\([?, ]*\\)", "SELECT * FROM %s");
  }

  /// Reads the rows whose keys are in a [KeyList], each after the place of its key in the list.
  public String findAll() {
    return findAll;
  }

  /// The same by other columns than those of the key.
  ///
  /// @param by what identifies a row
  public String findAllBy(String... by) {
    List<String> equal = new ArrayList<>();
    for (int i = 0; i < by.length; i++) {
      equal.add("r.%s = k.value ->> %s".formatted(by[i], i));
    }
    return "SELECT k.key, %s FROM json_each(?) AS k CROSS JOIN %s AS r WHERE %s"
        .formatted(columnsOf("r"), name, String.join(" AND ", equal));
  }

  /// Removes the row with a key.
  public String remove() {
    return remove;
  }

  /// Removes the rows that name a client in the column `client`.
  public String removeOfClient() {
    return "DELETE FROM %s WHERE client = ?".formatted(name);
  }

  /// Reads all rows, in the order of their keys.
  public String all() {
    return "SELECT %s FROM %s ORDER BY %s".formatted(columns, name, keyColumns(0, ""));
  }

  /// Reads all rows whose topic exists, each with the row of that, in the order of their keys.
  public String allWithTopics() {
    return "SELECT %s, %s FROM %s r JOIN topic t ON t.id = r.topic_id ORDER BY %s"
        .formatted(columnsOf("r"), TopicRow.TABLE.columnsOf("t"), name, keyColumns(0, "r."));
  }

  /// Reads the rows of a topic, whose id is the first column of the key, in the order of their
  /// keys.
  public String ofTopic(long topic) {
    return "SELECT %s FROM %s WHERE topic_id = %s ORDER BY %s"
        .formatted(columns, name, topic, keyColumns(1, ""));
  }

  /// Removes the rows of a topic.
  public String removeOfTopic() {
    return "DELETE FROM %s WHERE topic_id = ?".formatted(name);
  }

  /// Reads the keys of rows for which `condition` holds, after a key, in order, and at most so
  /// many.
  public String keysAfter(String condition) {
    String places = String.join(", ", Collections.nCopies(key, "?"));
    String columnsOfKey = keyColumns(0, "");
    return "SELECT %s FROM %s WHERE (%s) > (%s) AND %s ORDER BY %s LIMIT ?"
        .formatted(columnsOfKey, name, columnsOfKey, places, condition, columnsOfKey);
  }

  /// The columns of the key after the first `skipped`, each after `prefix`.
  private String keyColumns(int skipped, String prefix) {
    return prefix + String.join(", " + prefix, keyColumns().subList(skipped, key));
  }

  private List<String> keyColumns() {
    return List.of(columns.split(", ")).subList(0, key);
  }

  /// The columns, as those of the table that a query calls `alias`.
  public String columnsOf(String alias) {
    return alias + "." + columns.replace(", ", ", " + alias + ".");
  }

  /// How many columns there are.
  public int width() {
    return columns.split(", ").length;
  }

  /// The statement that adds a row.
  static String insert(String name, String columns) {
    String places = String.join(", ", Collections.nCopies(columns.split(", ").length, "?"));
    return "INSERT INTO %s (%s) VALUES (%s)".formatted(name, columns, places);
  }

  /// Adds a row, or does nothing if there is one with its key.
  static String insertIfAbsent(String name, String columns) {
    return insert(name, columns) + " ON CONFLICT DO NOTHING";
  }

  /// The statement that stores a row in place of the one with its key.
  ///
  /// @param key how many of the first columns are the key
  /// @param kept how many of the first columns, the key among them, stay as they are in a row that
  ///   is there
  static String upsert(String name, String columns, int key, int kept) {
    String[] all = columns.split(", ");
    List<String> sets = new ArrayList<>();
    for (int i = kept; i < all.length; i++) {
      sets.add(all[i] + " = excluded." + all[i]);
    }
    return insert(name, columns)
        + " ON CONFLICT (%s) DO UPDATE SET %s"
            .formatted(String.join(", ", List.of(all).subList(0, key)), String.join(", ", sets));
  }

  /// The CRC-32C over the columns of a row except for the checksum itself, because neither SQLite
  /// nor PostgreSQL detects a flipped bit.
  int checksum(Row row) {
    Checksum checksum = new Checksum(letter);
    row.checked(checksum);
    return checksum.value();
  }

  /// Each column is preceded by a byte for its type; numbers are eight bytes, and texts and blobs
  /// follow their length, so that different rows have different bytes. For one thread.
  private static final class Checksum implements Columns<RuntimeException> {
    private static final byte NOTHING = 0;
    private static final byte NUMBER = 1;
    private static final byte BYTES = 2;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer head = ByteBuffer.allocate(1 + Long.BYTES);

    /// @param table tells rows of different tables apart
    private Checksum(char table) {
      crc.update(table);
    }

    @Override
    public void number(long value) {
      add(NUMBER, value);
    }

    @Override
    public void number(@Nullable Long value) {
      if (value == null) {
        crc.update(NOTHING);
      } else {
        add(NUMBER, value);
      }
    }

    @Override
    public void text(@Nullable String value) {
      if (value == null) {
        crc.update(NOTHING);
      } else {
        bytes(value.getBytes(StandardCharsets.UTF_8));
      }
    }

    @Override
    public void bytes(byte[] value) {
      add(BYTES, value.length);
      crc.update(value);
    }

    int value() {
      return (int) crc.getValue();
    }

    private void add(byte what, long number) {
      head.clear().put(what).putLong(number);
      crc.update(head.array(), 0, head.position());
    }
  }
}
