package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.read.SqlLog;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.Erasure;
import dev.tertulia.server.storage.rows.Lines;
import dev.tertulia.server.storage.rows.ParticipantRow;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.RequestRow;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How SQLite carries out every statement of the server: through an index, and without a sort.
///
/// The statements are found in the compiled classes, so that a new one can't be forgotten: every
/// text there that begins as SQL does, whether it is a constant or stands in the code, and every
/// static field of such a class, which may be put together when the class is loaded.
final class QueryPlansTest {
  private static final Pattern SQL =
      Pattern.compile(
          "\\s*(SELECT\\s|INSERT (OR \\w+ )?INTO\\s|UPDATE \\w+ SET\\s|DELETE FROM\\s"
              + "|REPLACE INTO\\s|WITH (RECURSIVE )?\\w+)");

  /// What stands for a part that is put in when the statement is needed.
  private static final String PART = "#";

  private static final String PAGE =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? AND entry_offset IN (SELECT entry_offset FROM entry"
          + " WHERE topic_id = ? AND kind";

  /// What only the statements of a shared database have.
  private static final Pattern SHARED =
      Pattern.compile(
          " FOR UPDATE| FOR SHARE| topic_name|nextval| LATERAL |pg_sequence|pg_notify|_advisory_|"
              + " LIMIT k.value| CROSS JOIN entry AS e |%s AS k \\(|^SELECT \\* FROM %s$|^SELECT"
              + " %s, coalesce");

  /// Of these, texts that are not yet SQL.
  private static final Pattern SHARED_TEMPLATE = Pattern.compile("%s");

  /// Texts that are not yet SQL, by their beginning, each with an example of what becomes of it.
  /// For those without one, what becomes of them is a constant, and found as such.
  private static final Map<String, List<String>> TEMPLATES =
      Map.ofEntries(
          Map.entry("INSERT INTO %s (%s) VALUES (%s)", all(Table::put)),
          Map.entry(
              "SELECT # FROM #", List.of("SELECT client, checksum FROM client ORDER BY client")),
          Map.entry("SELECT %s FROM %s ORDER BY %s", all(Table::all)),
          Map.entry(
              "SELECT %s FROM %s WHERE topic_id = %s ORDER BY %s",
              List.of(
                  EntryRow.TABLE.ofTopic(1),
                  ReactionRow.TABLE.ofTopic(1),
                  RequestRow.TABLE.ofTopic(1))),
          Map.entry(
              "SELECT %s, %s FROM %s r JOIN topic t",
              List.of(ParticipantRow.TABLE.allWithTopics())),
          Map.entry("SELECT k.key, %s FROM json_each(?)", all(Table::findAll)),
          Map.entry("DELETE FROM %s WHERE %s = ?", all(Table::remove)),
          Map.entry(
              "DELETE FROM %s WHERE client = ?",
              all(table ->
                  table.erasure() instanceof Erasure.AtOnce ? table.removeOfClient() : "")),
          Map.entry(
              "DELETE FROM %s WHERE topic_id = ?", List.of(ReactionRow.TABLE.removeOfTopic())),
          Map.entry(
              "SELECT %s FROM %s WHERE (%s) > (%s)",
              all(table ->
                  table.erasure() instanceof Erasure.Searched searched
                      ? table.keysAfter(searched.condition())
                      : "")),
          Map.entry(
              "SELECT count(*) FROM #",
              List.of(
                  "SELECT count(*) FROM entry",
                  "SELECT count(*) FROM request WHERE topic_id = 1 OR client = ?",
                  "SELECT count(*) FROM participant WHERE client = ?",
                  "SELECT count(*) FROM device WHERE client = ?",
                  "SELECT count(*) FROM client WHERE client = ?")),
          Map.entry(
              "INSERT INTO main.topic SELECT * FROM live.topic", List.of("SELECT * FROM topic")),
          Map.entry(
              "INSERT OR IGNORE INTO main.%s SELECT * FROM live.%s",
              all(table ->
                  table.lines() instanceof Lines.InTopic<?>
                      ? "SELECT * FROM " + table.name() + " WHERE topic_id = ?"
                      : "")),
          // What is copied as a whole, or into a database of the operation's own.
          Map.entry("INSERT INTO main.%s SELECT * FROM live.%s", List.of()),
          Map.entry("INSERT OR IGNORE INTO live.%s (%s) VALUES (%s)", List.of()),
          Map.entry("SELECT r.%s FROM %s.%s AS r WHERE NOT EXISTS", List.of()),
          Map.entry("SELECT id FROM topic WHERE kind = %s AND name >= '%s:'", List.of()),
          Map.entry(PAGE + " = 1 AND entry_offset ", List.of()),
          Map.entry(PAGE + " = 5 AND deleted <= ? AND entry_offset > ?", List.of()));

  private static List<String> all(Function<Table<?>, String> statement) {
    return Tables.ALL.all().stream().map(statement).filter(sql -> !sql.isEmpty()).toList();
  }

  /// What reads a whole table or sorts, by its beginning, and why that may be.
  private static final Map<String, String> ALLOWED =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("SELECT type, name, sql FROM sqlite_master", "a table of some twenty rows"),
              Map.entry("SELECT name FROM sqlite_master", "the same"),
              Map.entry("SELECT 1 FROM sqlite_master", "the same"),
              Map.entry("SELECT count(*) FROM sqlite_master", "the same"),
              Map.entry(
                  "SELECT CASE WHEN min(success)", "Flyway's table, of a row for each version"),
              Map.entry("SELECT CAST(version AS INTEGER), checksum", "the same"),
              Map.entry("SELECT coalesce(max(id), 0) FROM topic", "the last row of its key"),
              Map.entry("SELECT coalesce(max(time), 0) FROM batch", "once, when the server starts"),
              Map.entry("SELECT count(*) FROM client", "once, when the server starts"),
              Map.entry("SELECT (SELECT count(*) FROM topic", "the same"),
              Map.entry("SELECT count(*) FROM client WHERE since", "an operator's, one at a time"),
              Map.entry("WITH told AS MATERIALIZED", "bounded by a limit on clients"),
              Map.entry(
                  "SELECT "
                      + ClientRow.COLUMNS
                      + " FROM (SELECT * FROM client ORDER BY client LIMIT",
                  "bounded by a limit on clients"),
              Map.entry(
                  "SELECT " + DeviceRow.COLUMNS + " FROM device WHERE client = ? ORDER BY heard",
                  "sorts the devices of one client, which are bounded"),
              Map.entry(
                  "WITH mine AS MATERIALIZED", "sorts the rooms of one client, up to a limit"),
              Map.entry("SELECT * FROM topic", "an import rehearses on a copy of all topics"),
              Map.entry("SELECT sum(head - floor) FROM topic", "an export reads everything"),
              Map.entry(ParticipantRow.TABLE.allWithTopics(), "the same"),
              Map.entry("SELECT client, checksum FROM client", "a check reads everything"),
              Map.entry("SELECT count(*) FROM entry", "the same"),
              Map.entry("SELECT c.since, b.head FROM client AS c", "the same"),
              Map.entry("SELECT d.personal, d.broadcasts FROM device AS d", "the same"),
              Map.entry("SELECT q.topic_id, q.entry_offset FROM request AS q", "the same"),
              Map.entry("SELECT r.first_offset, r.last_offset FROM inbox_read AS r", "the same"),
              Map.entry("SELECT r.topic_id, r.target FROM reaction AS r", "the same"),
              Map.entry("SELECT term, max(seq) FROM batch GROUP BY term", "the same"),
              Map.entry("SELECT term, max(seq) FROM batch WHERE aborted", "a restore, on its copy"),
              Map.entry("SELECT coalesce(sum(entries), 0) FROM topic", "an erasure, once"),
              Map.entry("SELECT kind, count(*) FROM entry WHERE client = ?", "the same"),
              Map.entry("SELECT count(*) FROM request WHERE topic_id = 1 OR", "the same")));

  static {
    for (Table<?> table : Tables.ALL.all()) {
      ALLOWED.put(table.all(), "an export or a check reads everything");
    }
  }

  @TempDir private static Path temp;

  /// By statement, the lines of its plan.
  private static final Map<String, List<String>> PLANS = new TreeMap<>();

  /// What SQLite can't read.
  private static final Set<String> UNREADABLE = new TreeSet<>();

  @BeforeAll
  static void explain()
      throws SQLException, IOException, URISyntaxException, ReflectiveOperationException {
    Set<String> statements = new TreeSet<>(statements());
    TEMPLATES.values().forEach(statements::addAll);
    try (DataFolder folder = DataFolder.open(temp);
        Connection connection = SqliteDatabase.lasting(folder).connect()) {
      for (String statement : statements) {
        explain(connection, statement);
      }
    }
  }

  @Test
  void everyStatementIsFoundAndExplained() {
    assertThat(PLANS).hasSizeGreaterThan(80).containsKey(SqlLog.SINCE);
    assertThat(UNREADABLE)
        .as("texts that SQLite can't read: name them in TEMPLATES, with what becomes of them")
        .allMatch(sql -> TEMPLATES.keySet().stream().anyMatch(sql::startsWith));
  }

  @Test
  void everyStatementUsesAnIndexAndSortsNothing() {
    List<String> wrong = new ArrayList<>();
    PLANS.forEach((sql, plan) -> {
      List<String> lines = readingOrSortingAll(plan);
      if (!lines.isEmpty() && allowing(sql) == null) {
        wrong.add("%s%n  %s".formatted(sql, String.join("\n  ", lines)));
      }
    });
    assertThat(wrong).isEmpty();
  }

  @Test
  void noExceptionIsUnused() {
    Set<String> needed = new HashSet<>();
    PLANS.forEach((sql, plan) -> {
      String allowing = allowing(sql);
      if (allowing != null && !readingOrSortingAll(plan).isEmpty()) {
        needed.add(allowing);
      }
    });
    assertThat(needed).isEqualTo(ALLOWED.keySet());
    assertThat(TEMPLATES.keySet())
        .allMatch(template -> UNREADABLE.stream().anyMatch(sql -> sql.startsWith(template)));
  }

  /// The longest beginning of a statement that is allowed to read everything.
  static @Nullable String allowing(String sql) {
    return ALLOWED.keySet().stream()
        .filter(sql::startsWith)
        .max(Comparator.comparingInt(String::length))
        .orElse(null);
  }

  /// The lines of a plan that say so. A scan of a subquery is none: its own lines say how it reads;
  /// nor is one of a list of keys, which is the statement's own.
  private static List<String> readingOrSortingAll(List<String> plan) {
    Set<String> subqueries = new HashSet<>(Set.of("CONSTANT ROW", "k VIRTUAL TABLE INDEX 1:"));
    List<String> wrong = new ArrayList<>();
    for (String line : plan) {
      Matcher named = Pattern.compile("(?:CO-ROUTINE|MATERIALIZE) (.+)").matcher(line);
      if (named.matches()) {
        subqueries.add(named.group(1));
      } else if ((line.startsWith("SCAN ") && !subqueries.contains(line.substring(5)))
          || (line.startsWith("SEARCH ") && !line.contains("("))
          || line.contains("TEMP B-TREE")) {
        wrong.add(line);
      }
    }
    return wrong;
  }

  private static void explain(Connection connection, String sql) {
    List<String> plan = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("EXPLAIN QUERY PLAN " + sql.replace(PART, "1"))) {
      while (result.next()) {
        plan.add(result.getString("detail"));
      }
      PLANS.put(sql, plan);
    } catch (SQLException notSql) {
      UNREADABLE.add(sql);
    }
  }

  private static Set<String> statements()
      throws IOException, URISyntaxException, ReflectiveOperationException {
    Set<String> statements = statements(file -> !file.toString().contains("/storage/postgres/"));
    statements.removeIf(sql -> SHARED.matcher(sql).find());
    return statements;
  }

  /// The statements of those classes whose files pass.
  private static Set<String> statements(Predicate<Path> which)
      throws IOException, URISyntaxException, ReflectiveOperationException {
    Path classes =
        Path.of(SqlLog.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> statements = new HashSet<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(classes.resolve("dev"))) {
      files = all.filter(file -> file.toString().endsWith(".class") && which.test(file)).toList();
    }
    for (Path file : files) {
      boolean any = false;
      for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
        if (entry instanceof StringEntry text && SQL.matcher(text.stringValue()).lookingAt()) {
          any = true;
          // A concatenation has these where its parts are put in.
          statements.add(text.stringValue().replace("\u0001", PART));
        }
      }
      if (any) {
        String name = classes.relativize(file).toString().replace('/', '.');
        addFields(Class.forName(name.substring(0, name.length() - ".class".length())), statements);
      }
    }
    return statements;
  }

  /// The statements of the writer and of the readers, which all databases must know.
  static Set<String> commonStatements()
      throws IOException, URISyntaxException, ReflectiveOperationException {
    Set<String> common =
        statements(file -> file.toString().matches(".*/storage/(rows|read|journal)/[^/]*"));
    common.removeIf(sql -> TEMPLATES.keySet().stream().anyMatch(sql::startsWith));
    common.removeIf(sql -> SHARED.matcher(sql).find() && SHARED_TEMPLATE.matcher(sql).find());
    TEMPLATES.forEach((template, made) -> {
      if (template.contains("%s")) {
        common.addAll(made);
      }
    });
    return common;
  }

  private static void addFields(Class<?> type, Set<String> statements)
      throws ReflectiveOperationException {
    for (Field field : type.getDeclaredFields()) {
      if (field.getType() == String.class && Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        String value = (String) field.get(null);
        if (value != null && SQL.matcher(value).lookingAt()) {
          statements.add(value);
        }
      }
    }
  }
}
