package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.rows.KeyList;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.topic.LogException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The rows of one table that a batch has to know, and what it makes of them. First the keys are
/// [wanted][#want], then all are [loaded][#load] by one statement; from then on rows are read and
/// changed here, and [#apply] writes the changes in the order of the keys. For one transaction,
/// owned by the writer.
///
/// A row that is damaged concerns only those who ask for it: they get the [LogException].
///
/// @param <K> the key, in the order in which rows are written
final class LoadedRows<K extends Comparable<? super K>, R extends Row> {
  /// The columns of a key: [Long] or [String], as in the table.
  @FunctionalInterface
  interface Columns<K> {
    Object[] of(K key);
  }

  /// Stores a row.
  @FunctionalInterface
  interface Store<R> {
    void store(R row) throws SQLException;
  }

  private static final Object ABSENT = new Object();

  private final Table<R> table;
  private final Table.Reader<R> reader;
  private final Columns<K> columns;

  /// A row, a [LogException], or [#ABSENT].
  private final Map<K, Object> known = new HashMap<>();

  private final List<K> wanted = new ArrayList<>();

  /// What is to be written: a row, or [#ABSENT] for one that is to go.
  private final Map<K, Object> changed = new LinkedHashMap<>();

  /// The keys that are taken for absent without a look, see [#assumeAbsent].
  private final Set<K> assumed = new HashSet<>();

  /// The keys of rows that are in the database; `null` if nobody asks for them.
  private @Nullable Set<K> there;

  /// How many rows were read by themselves, because nobody had wanted them.
  private int unforeseen;

  LoadedRows(Table<R> table, Columns<K> columns) {
    this(table, table.reader(), columns);
  }

  LoadedRows(Table<R> table, Table.Reader<R> reader, Columns<K> columns) {
    this.table = table;
    this.reader = reader;
    this.columns = columns;
  }

  /// Notes from now on which rows are in the database, for [#isThere].
  void notePresence() {
    there = new HashSet<>();
  }

  private void note(K key, boolean present) {
    Set<K> noted = there;
    if (noted != null && present) {
      noted.add(key);
    } else if (noted != null) {
      noted.remove(key);
    }
  }

  /// The row with that key will be asked for.
  void want(K key) {
    if (known.putIfAbsent(key, ABSENT) == null || assumed.remove(key)) {
      wanted.add(key);
    }
  }

  /// There is most likely no row with that key, and nobody looks: [#apply] tells if there was one,
  /// unless somebody [wants][#want] it as well.
  void assumeAbsent(K key) {
    if (known.putIfAbsent(key, ABSENT) == null) {
      assumed.add(key);
    }
  }

  /// There is no row with that key.
  void absent(K key) {
    known.putIfAbsent(key, ABSENT);
  }

  /// A row was stored in another way.
  void stored(K key, R row) {
    known.replace(key, row);
  }

  /// Reads what is wanted, in the order of the keys: neighbours lie on the same page.
  void load(LogTables tables) throws SQLException {
    if (!wanted.isEmpty()) {
      Collections.sort(wanted);
      tables.find(List.of(search("")));
    }
  }

  /// Adds the search for what is wanted, if anything is.
  ///
  /// @param end of the statement
  void search(List<LogTables.Search<?>> searches, String end) {
    if (!wanted.isEmpty()) {
      Collections.sort(wanted);
      searches.add(search(end));
    }
  }

  private LogTables.Search<R> search(String end) {
    List<K> asked = List.copyOf(wanted);
    wanted.clear();
    return new LogTables.Search<>(
        table.findAll() + end,
        keys(asked),
        reader,
        (index, row) -> found(asked.get(index), row),
        (index, damage) -> {
          known.put(asked.get(index), damage);
          note(asked.get(index), true);
        });
  }

  private KeyList keys(List<K> of) {
    KeyList keys = new KeyList();
    of.forEach(key -> keys.add(columns.of(key)));
    return keys;
  }

  /// What is wanted and not loaded yet.
  KeyList wanted() {
    return keys(wanted);
  }

  /// A row was found.
  void found(K key, R row) {
    known.put(key, row);
    note(key, true);
  }

  /// Whether there is a row with that key in the database.
  boolean isThere(K key) {
    return there != null && there.contains(key);
  }

  /// The row as the batch has it by now; `null` if there is none. One that was not wanted is read
  /// now.
  ///
  /// @throws LogException if it is damaged
  @Nullable R get(LogTables tables, K key) throws SQLException {
    Object found = known.get(key);
    if (found == null) {
      unforeseen++;
      want(key);
      load(tables);
      found = known.get(key);
    }
    if (found instanceof LogException damage) {
      throw damage;
    }
    return cast(found);
  }

  @SuppressWarnings("unchecked") // Only rows of this table are put.
  private @Nullable R cast(@Nullable Object found) {
    return found == null || found == ABSENT ? null : (R) found;
  }

  /// The row is to be stored.
  void put(K key, R row) {
    known.put(key, row);
    changed.put(key, row);
  }

  /// The row is to go.
  void remove(K key) {
    known.put(key, ABSENT);
    changed.put(key, ABSENT);
  }

  /// Rows that go in another way.
  void forget(Predicate<K> gone) {
    changed.keySet().removeIf(gone);
    known.replaceAll((key, row) -> gone.test(key) ? ABSENT : row);
  }

  /// Writes what was changed since the last time, in the order of the keys: neighbours lie on the
  /// same page of the database, and other writers have the same order.
  ///
  /// @param store stores a row
  /// @throws WrongAssumptionException if there was a row after all with a key that was assumed to
  ///   be absent
  void apply(LogTables tables, Store<R> store) throws SQLException {
    List<K> keys = new ArrayList<>(changed.keySet());
    Collections.sort(keys);
    for (K key : keys) {
      R row = cast(changed.get(key));
      if (row == null) {
        tables.remove(table, columns.of(key));
        note(key, false);
      } else {
        if (!assumed.remove(key)) {
          store.store(row);
        } else if (!tables.addIfAbsent(row)) {
          throw new WrongAssumptionException(row.place());
        }
        note(key, true);
      }
    }
    changed.clear();
  }

  /// How many rows were read by themselves, because nobody had wanted them.
  int unforeseen() {
    return unforeseen;
  }
}
