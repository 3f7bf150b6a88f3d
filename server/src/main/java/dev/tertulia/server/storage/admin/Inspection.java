package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.DataFolderOperations.Finding;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.topic.LogException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Verifies a whole database, from its pages to the meaning of its rows, and reports everything
/// that is not as it was stored. It changes nothing and reads a consistent snapshot; a server may
/// be running.
///
/// For one thread, and one use. While it runs, new writes and deleted data stay in the write-ahead
/// log.
public final class Inspection {
  /// More findings than these say nothing new.
  static final int MOST_FINDINGS = 1000;

  private static final int ROWS_A_PROGRESS = 10_000;

  static final String DELETE =
      "delete or revoke it, or leave it: it is shown as unreadable and does no further harm";

  private final String restore;
  private final String export;
  private final Snapshot snapshot;
  private final Tables tables;
  private final HeadNote.@Nullable Head noted;
  private final Progress progress;
  private final List<Finding> findings = new ArrayList<>();

  /// @param snapshot closed by the caller
  /// @param noted the newest batch that was noted, read before this began; `null` if none was
  /// @param progress told now and then, on this thread
  public Inspection(Snapshot snapshot, HeadNote.@Nullable Head noted, Progress progress) {
    this(snapshot, Tables.ALL, noted, progress);
  }

  /// @param tables those that are in the database
  Inspection(Snapshot snapshot, Tables tables, HeadNote.@Nullable Head noted, Progress progress) {
    this.snapshot = snapshot;
    this.tables = tables;
    this.noted = noted;
    this.progress = progress;
    restore = snapshot.restoring() + " replaces it with a backup";
    export = "'./tertulia export' saves the intact data; " + restore;
  }

  /// Reads it through.
  ///
  /// @return what is wrong, at most [#MOST_FINDINGS]; empty if it is sound
  /// @throws SQLException if it can't be read at all for now: it is locked, or the disk fails
  public List<Finding> run() throws SQLException {
    part("the tables", this::schema);
    part("the pages", this::pages);
    part("the topics and their entries", () -> new TopicInspection(this).run());
    for (Table<?> table : tables.besideTheLog().toList()) {
      rows(table);
    }
    part("the references between rows", this::references);
    part("the end of the log", this::end);
    return List.copyOf(findings);
  }

  /// A step that may meet damage.
  private interface Step {
    void run() throws SQLException;
  }

  private void part(String name, Step step) throws SQLException {
    progress.at(name, 0, 0);
    try {
      step.run();
    } catch (SQLException e) {
      if (StorageFault.of(e) != StorageFault.DAMAGED) {
        throw e;
      }
      found(name, "database pages are damaged (" + e.getMessage() + ")", export);
    }
  }

  private void schema() throws SQLException {
    for (String foreign : snapshot.foreign()) {
      found(
          "the tables",
          foreign,
          "'./tertulia export' and './tertulia import' into a new folder get rid of it; or "
              + restore);
    }
  }

  private void pages() throws SQLException {
    for (String damage : snapshot.damagedFiles(MOST_FINDINGS / 10)) {
      found("the pages", damage, export);
    }
  }

  private void rows(Table<?> table) throws SQLException {
    String label = table.label();
    part(
        label,
        () -> {
          try (Statement statement = snapshot.statement();
              ResultSet result =
                  statement.executeQuery("SELECT " + table.columns() + " FROM " + table.name())) {
            for (long read = 1; result.next(); read++) {
              checked(label, result, table.reader());
              tick(label, read);
            }
          }
        });
  }

  /// The row at which `result` stands; `null` if it is damaged, which is reported then.
  <R> @Nullable R checked(String part, ResultSet result, Table.Reader<R> reader)
      throws SQLException {
    try {
      return reader.read(result, 1);
    } catch (LogException e) {
      found(part, String.valueOf(e.getMessage()), export);
    } catch (RuntimeException e) {
      found(part, "a row can't be read: " + e.getMessage(), export);
    }
    return null;
  }

  void tick(String part, long rows) {
    if (rows % ROWS_A_PROGRESS == 0) {
      progress.at(part, rows, 0);
    }
  }

  private void references() throws SQLException {
    none(
        "the requests",
        "topic %s, offset %s: the entry of the answer is missing or is another client's",
        "SELECT q.topic_id, q.entry_offset FROM request AS q LEFT JOIN entry AS e"
            + " ON e.topic_id = q.topic_id AND e.entry_offset = q.entry_offset"
            + " WHERE q.expires IS NULL AND (e.term IS NULL OR e.term <> q.term"
            + " OR e.client <> q.client OR e.request IS DISTINCT FROM q.id)");
    none(
        "the reactions",
        "topic %s, target %s: the entry that added a reaction is missing or is another client's",
        "SELECT r.topic_id, r.target FROM reaction AS r LEFT JOIN entry AS e"
            + " ON e.topic_id = r.topic_id AND e.entry_offset = r.entry_offset"
            + " WHERE e.kind IS NULL OR e.kind <> 4 OR e.client <> r.client"
            + " OR e.target IS DISTINCT FROM r.target");
    none(
        "the clients",
        "an inbox begins after broadcast %s, but the broadcasts end at %s",
        "SELECT c.since, b.head FROM client AS c, (SELECT coalesce(max(head), 0) AS head FROM topic"
            + " WHERE kind = 3) AS b WHERE c.since > b.head");
    none(
        "what was read",
        "the offsets %s to %s are not in any inbox",
        "SELECT r.first_offset, r.last_offset FROM inbox_read AS r LEFT JOIN topic AS t"
            + " ON t.kind = 2 + r.broadcast AND t.name = CASE r.broadcast WHEN 1 THEN '' ELSE"
            + " r.client END WHERE r.first_offset > r.last_offset"
            + " OR r.last_offset > coalesce(t.head, 0)");
    none(
        "the devices",
        "a device has acknowledged the offsets %s and %s, past the end of its inbox",
        "SELECT d.personal, d.broadcasts FROM device AS d"
            + " LEFT JOIN topic AS t ON t.kind = 2 AND t.name = d.client"
            + " LEFT JOIN topic AS b ON b.kind = 3 AND b.name = ''"
            + " WHERE d.personal > coalesce(t.head, 0) OR d.broadcasts > coalesce(b.head, 0)");
    none(
        "the batches",
        "term %s: batches are missing before seq %s",
        "SELECT term, max(seq) FROM batch GROUP BY term"
            + " HAVING max(seq) - min(seq) + 1 <> count(*)");
  }

  private void none(String place, String what, String query) throws SQLException {
    try (Statement statement = snapshot.statement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        found(place, what.formatted(result.getLong(1), result.getLong(2)), export);
      }
    }
  }

  private void end() throws SQLException {
    if (noted == null) {
      return;
    }
    try (Statement statement = snapshot.statement();
        ResultSet result =
            statement.executeQuery(
                "SELECT coalesce(max(seq), 0) FROM batch WHERE term = " + noted.term())) {
      long last = result.next() ? result.getLong(1) : 0;
      if (last < noted.seq()) {
        found(
            "the end of the log",
            "%s confirmed batches are missing at its end: was the write-ahead log or the database truncated, deleted or replaced?"
                .formatted(noted.seq() - last),
            restore);
      }
    }
  }

  void found(String place, String what, String remedy) {
    if (findings.size() < MOST_FINDINGS) {
      findings.add(new Finding(place, what, remedy));
    }
  }

  /// What to do about damage that is none of an entry that is as it was stored.
  String export() {
    return export;
  }

  Snapshot snapshot() {
    return snapshot;
  }
}
