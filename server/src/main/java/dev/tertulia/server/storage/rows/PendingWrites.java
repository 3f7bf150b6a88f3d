package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sql.Columns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a transaction is going to change, to be sent in one round trip: each table's rows in one
/// statement, in the order of their keys, which all writers have in common. Owned by the writer.
///
/// What is said last of a row counts. All rows with a common beginning of their keys go first.
final class PendingWrites {
  private static final Comparator<List<Object>> KEYS = PendingWrites::compare;

  /// What becomes of a row.
  private enum Fate {
    /// There is none with its key yet; if there is, the transaction fails.
    ADDED,
    STORED,
    REMOVED
  }

  /// @param values of all columns, the checksum included; of a row that goes those of its key
  private record Change(Fate fate, List<@Nullable Object> values) {}

  private final Tables tables;
  private final Map<Table<?>, SortedMap<List<Object>, Change>> changes = new HashMap<>();

  /// The beginnings of keys whose rows go, by the table.
  private final Map<Table<?>, SortedSet<List<Object>>> cleared = new HashMap<>();

  /// Of each column of a table `n`, `t` or `b`: a number, a text, bytes.
  private final Map<Table<?>, String> types = new HashMap<>();

  /// The statements that add and store rows, by the table.
  private final Map<Table<?>, String> adding = new HashMap<>();

  private final Map<Table<?>, String> storing = new HashMap<>();

  PendingWrites(Tables tables) {
    this.tables = tables;
  }

  /// Collects the columns of a row.
  private static final class Cells implements Columns<RuntimeException> {
    final List<@Nullable Object> values = new ArrayList<>();
    final StringBuilder types = new StringBuilder();

    @Override
    public void number(long value) {
      add('n', value);
    }

    @Override
    public void number(@Nullable Long value) {
      add('n', value);
    }

    @Override
    public void text(@Nullable String value) {
      add('t', value);
    }

    @Override
    public void bytes(byte[] value) {
      add('b', value);
    }

    private void add(char type, @Nullable Object value) {
      types.append(type);
      values.add(value);
    }
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Numbers with numbers, texts with texts.
  private static int compare(List<Object> one, List<Object> other) {
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      int order = ((Comparable) one.get(i)).compareTo(other.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(one.size(), other.size());
  }

  boolean isEmpty() {
    return changes.isEmpty() && cleared.isEmpty();
  }

  /// A row is stored.
  ///
  /// @param isNew whether there is certainly none with its key
  void put(Row row, boolean isNew) {
    Cells cells = new Cells();
    row.columns(cells);
    cells.number((long) row.checksum());
    Table<?> table = row.table();
    types.putIfAbsent(table, cells.types.toString());
    List<Object> key = new ArrayList<>();
    for (Object column : cells.values.subList(0, table.key())) {
      key.add(Objects.requireNonNull(column));
    }
    SortedMap<List<Object>, Change> of = of(table);
    Change before = of.get(key);
    boolean added = before == null ? isNew : before.fate == Fate.ADDED;
    of.put(key, new Change(added ? Fate.ADDED : Fate.STORED, cells.values));
  }

  /// The row with a key goes.
  void remove(Table<?> table, List<Object> key) {
    Change before = of(table).get(key);
    if (before != null && before.fate == Fate.ADDED) {
      of(table).remove(key);
    } else {
      of(table).put(key, new Change(Fate.REMOVED, new ArrayList<>(key)));
    }
  }

  /// All rows go whose keys begin so.
  void clear(Table<?> table, List<Object> beginning) {
    SortedMap<List<Object>, Change> pending = changes.get(table);
    if (pending != null) {
      pending.keySet().removeIf(key -> key.subList(0, beginning.size()).equals(beginning));
    }
    cleared.computeIfAbsent(table, any -> new TreeSet<>(KEYS)).add(List.copyOf(beginning));
  }

  private SortedMap<List<Object>, Change> of(Table<?> table) {
    return changes.computeIfAbsent(
        table,
        unchanged -> {
          if (!tables.all().contains(unchanged)) {
            throw new IllegalStateException(
                "the table %s is not one of these".formatted(unchanged.name()));
          }
          return new TreeMap<>(KEYS);
        });
  }

  /// Forgets all.
  void clear() {
    changes.clear();
    cleared.clear();
  }

  /// A statement and its parameters, column by column.
  private record Bulk(String sql, String types, List<List<@Nullable Object>> rows) {
    void bind(PreparedStatement statement, int at) throws SQLException {
      for (int column = 0; column < types.length(); column++) {
        int of = column;
        statement.setObject(
            at + column,
            switch (types.charAt(column)) {
              case 'n' -> array(new Long[rows.size()], of);
              case 't' -> array(new String[rows.size()], of);
              default -> array(new byte[rows.size()][], of);
            },
            Types.ARRAY);
      }
    }

    private Object[] array(Object[] values, int column) {
      for (int i = 0; i < values.length; i++) {
        values[i] = rows.get(i).get(column);
      }
      return values;
    }
  }

  /// The statement that does all of it, ready to be executed; nothing is pending afterwards.
  ///
  /// @param prepared by their texts
  /// @param last is done at the end; empty for nothing
  PreparedStatement take(
      Connection connection, Map<String, PreparedStatement> prepared, String last)
      throws SQLException {
    List<Bulk> all = new ArrayList<>();
    for (Table<?> table : tables.all()) {
      addCleared(all, table);
    }
    for (Table<?> table : tables.all()) {
      SortedMap<List<Object>, Change> pending = changes.get(table);
      if (pending != null) {
        addRemoved(all, table, pending);
        addStored(all, table, pending, Fate.ADDED);
        addStored(all, table, pending, Fate.STORED);
      }
    }
    clear();
    List<String> texts = new ArrayList<>();
    all.forEach(bulk -> texts.add(bulk.sql));
    if (!last.isEmpty()) {
      texts.add(last);
    }
    String sql = String.join("; ", texts);
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    int at = 1;
    for (Bulk bulk : all) {
      bulk.bind(statement, at);
      at += bulk.types.length();
    }
    return statement;
  }

  private void addCleared(List<Bulk> all, Table<?> table) {
    SortedSet<List<Object>> beginnings = cleared.get(table);
    while (beginnings != null && !beginnings.isEmpty()) {
      // Those that consist of the same columns together.
      String of = typesOf(beginnings.getFirst());
      List<List<@Nullable Object>> rows = new ArrayList<>();
      beginnings.removeIf(
          beginning -> typesOf(beginning).equals(of) && rows.add(new ArrayList<>(beginning)));
      all.add(new Bulk(removal(table, of), of, rows));
    }
  }

  private static void addRemoved(
      List<Bulk> all, Table<?> table, SortedMap<List<Object>, Change> pending) {
    List<List<@Nullable Object>> rows = rows(pending, Fate.REMOVED);
    if (!rows.isEmpty()) {
      String of = typesOf(pending.firstKey());
      all.add(new Bulk(removal(table, of), of, rows));
    }
  }

  private void addStored(
      List<Bulk> all, Table<?> table, SortedMap<List<Object>, Change> pending, Fate fate) {
    List<List<@Nullable Object>> rows = rows(pending, fate);
    if (!rows.isEmpty()) {
      String of = types.getOrDefault(table, "");
      String sql =
          fate == Fate.ADDED
              ? adding.computeIfAbsent(table, any -> table.add().formatted(arrays(of)))
              : storing.computeIfAbsent(table, any -> store(table).formatted(arrays(of)));
      all.add(new Bulk(sql, of, rows));
    }
  }

  private static String store(Table<?> table) {
    return table == TopicRow.TABLE ? TopicRow.STORE_LOCKED : table.store();
  }

  private static List<List<@Nullable Object>> rows(
      SortedMap<List<Object>, Change> pending, Fate fate) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Change change : pending.values()) {
      if (change.fate == fate) {
        rows.add(change.values);
      }
    }
    return rows;
  }

  private static String removal(Table<?> table, String types) {
    List<String> names = new ArrayList<>();
    List<String> equal = new ArrayList<>();
    List<String> columns = List.of(table.columns().split(", ", -1));
    for (int i = 0; i < types.length(); i++) {
      names.add("c" + i);
      equal.add("r.%s = k.c%s".formatted(columns.get(i), i));
    }
    return "DELETE FROM %s AS r USING %s AS k (%s) WHERE %s"
        .formatted(
            table.name(), arrays(types), String.join(", ", names), String.join(" AND ", equal));
  }

  private static String arrays(String types) {
    List<String> arrays = new ArrayList<>();
    for (int i = 0; i < types.length(); i++) {
      char type = types.charAt(i);
      arrays.add(type == 'n' ? "?::bigint[]" : type == 't' ? "?::text[]" : "?::bytea[]");
    }
    return "unnest(" + String.join(", ", arrays) + ")";
  }

  private static String typesOf(List<Object> key) {
    StringBuilder of = new StringBuilder();
    key.forEach(column -> of.append(column instanceof Long ? 'n' : 't'));
    return of.toString();
  }
}
