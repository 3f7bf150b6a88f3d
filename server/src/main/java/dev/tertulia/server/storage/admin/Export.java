package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderOperations.ExportReport;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.Lines;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import dev.tertulia.server.topic.LogException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes the contents of a database as lines, see [ExportFormat], from a consistent snapshot,
/// whether a server uses it or not. One row is in memory at a time.
///
/// The checksum of each row is verified, and each topic must have all its entries. Damage is
/// reported; the damaged data is skipped, or the export ends.
///
/// An unreadable entry never ends the export. It, and an entry that is skipped, are replaced by a
/// deleted message, so that the offsets of the others stay: with its own client and term if the row
/// is as it was stored, otherwise of the client [#LOST] with the term 0, so that no client's
/// position there is valid.
public final class Export {
  /// The client to which lost entries are attributed.
  static final String LOST = ClientId.LOST.value();

  private static final int CHAT = 1;
  private static final byte[] EMPTY_CHAT =
      "{\"sender\":\"\",\"message\":\"\"}".getBytes(StandardCharsets.UTF_8);

  /// For queries whose damage is reported in another way.
  private static final Querying NOBODY =
      new Querying() {
        @Override
        public void met(LogException damage) {}

        @Override
        public ResultSet query(String sql, Parameters parameters) {
          throw new UnsupportedOperationException();
        }
      };

  private final Snapshot snapshot;
  private final OutputStream out;
  private final @Nullable Consumer<String> findings;
  private final boolean skipping;
  private final Progress progress;
  private long total;
  private final Tables tables;
  private final LineCounts counts;
  private long entries;
  private long damaged;

  private interface Taking<R> {
    void take(R row) throws IOException;
  }

  private Export(
      Snapshot snapshot,
      Tables tables,
      OutputStream out,
      @Nullable Consumer<String> findings,
      boolean skipping,
      Progress progress) {
    this.snapshot = snapshot;
    this.tables = tables;
    counts = new LineCounts(tables);
    this.out = out;
    this.findings = findings;
    this.skipping = skipping;
    this.progress = progress;
  }

  /// Writes the database of `folder` to `out`, which is flushed and stays open.
  ///
  /// @param findings receives all damage that is skipped; `null` to end at the first
  /// @throws CorruptionException if something is damaged, and nothing is to be left out
  /// @throws DataFolderException if there is no database that can be read
  /// @throws IOException if `out` takes no more
  public static ExportReport of(
      Path folder, OutputStream out, @Nullable Consumer<String> findings, Progress progress)
      throws IOException {
    return of(folder, out, findings, findings != null, progress);
  }

  /// The same, where entries that can't be read are told and go on as deleted messages, whatever
  /// `skipping` says.
  ///
  /// @param findings receives all damage; `null` to end at the first
  /// @param skipping whether it goes on after all that is damaged, and not after entries alone
  public static ExportReport of(
      Path folder,
      OutputStream out,
      @Nullable Consumer<String> findings,
      boolean skipping,
      Progress progress)
      throws IOException {
    return ofDatabase(DataFolder.databaseIn(folder), out, findings, skipping, progress);
  }

  static ExportReport ofDatabase(
      Path database,
      OutputStream out,
      @Nullable Consumer<String> findings,
      boolean skipping,
      Progress progress)
      throws IOException {
    try (Snapshot snapshot = SqliteSnapshot.of(database)) {
      return of(snapshot, out, findings, skipping, progress);
    }
  }

  public static ExportReport of(
      Snapshot snapshot,
      OutputStream out,
      @Nullable Consumer<String> findings,
      boolean skipping,
      Progress progress)
      throws IOException {
    return of(snapshot, Tables.ALL, out, findings, skipping, progress);
  }

  /// @param tables those that are in the database
  static ExportReport of(
      Snapshot snapshot,
      Tables tables,
      OutputStream out,
      @Nullable Consumer<String> findings,
      boolean skipping,
      Progress progress)
      throws IOException {
    try {
      OutputStream buffered = new BufferedOutputStream(snapshot.watched(out), 1 << 16);
      Export export = new Export(snapshot, tables, buffered, findings, skipping, progress);
      export.write();
      buffered.flush();
      return new ExportReport(
          export.counts.of(Tables.TOPICS), export.counts.of(Tables.ENTRIES), export.damaged);
    } catch (SQLException e) {
      throw snapshot.failure(e);
    }
  }

  private void write() throws SQLException, IOException {
    total = snapshot.number("SELECT sum(head - floor) FROM topic");
    out.write(ExportFormat.header());
    all(TopicRow.TABLE.all(), TopicRow::read, this::topic, "the topics");
    for (Table<?> table : tables.all()) {
      afterTopics(table);
    }
    out.write(ExportFormat.end(counts));
    progress.at("entries read", counts.of(Tables.ENTRIES), total);
  }

  /// Writes the rows of a table whose lines follow after all topics.
  private <R extends Row> void afterTopics(Table<R> table) throws IOException {
    if (!(table.lines() instanceof Lines.AfterTopics<R> lines)) {
      return;
    }
    all(
        lines.namesTopic() ? table.allWithTopics() : table.all(),
        (result, first) -> {
          R row = table.reader().read(result, first);
          String label =
              lines.namesTopic()
                  ? TopicRow.read(result, first + table.width()).topic().label()
                  : "";
          return ExportFormat.row(table.name(), lines, row, label);
        },
        line -> write(line, lines.count()),
        "the rows of '" + table.name() + "'");
  }

  private void topic(TopicRow row) throws IOException {
    String label = row.topic().label();
    write(ExportFormat.topic(row), Tables.TOPICS);
    entries(row, label);
    for (Table<?> table : tables.all()) {
      inTopic(table, row.id(), label);
    }
  }

  /// Writes the rows of a topic in a table whose lines follow their topic.
  private <R extends Row> void inTopic(Table<R> table, long topic, String label)
      throws IOException {
    if (!(table.lines() instanceof Lines.InTopic<R> lines)) {
      return;
    }
    all(
        table.ofTopic(topic),
        table.reader(),
        row -> write(ExportFormat.row(table.name(), lines, row, label), lines.count()),
        table.label() + " in " + label);
  }

  private void write(byte[] line, Lines.Count count) throws IOException {
    out.write(line);
    counts.add(count);
  }

  /// The entries of one topic, without a hole.
  private final class Entries implements Taking<EntryRow> {
    private final TopicRow topic;
    private final String label;
    private long next;
    private long time;

    /// How far the broadcasts were with the last entry of an inbox that could be read.
    private long broadcasts;

    private Entries(TopicRow topic, String label) {
      this.topic = topic;
      this.label = label;
      next = topic.floor() + 1;
    }

    @Override
    public void take(EntryRow row) throws IOException {
      if (row.offset() < next || row.offset() > topic.head()) {
        found(
            "an entry of %s is beyond the end of its topic, which is %s: offset %s"
                .formatted(label, topic.head(), row.offset()));
        return;
      }
      fillTo(row.offset());
      time = row.time();
      put(readable(row));
    }

    /// The row, or what is left of it if it can't be read.
    private EntryRow readable(EntryRow row) {
      try {
        if (row.entry() instanceof Entry.Inboxed inboxed) {
          broadcasts = inboxed.broadcasts();
        }
        return row;
      } catch (LogException e) {
        foundEntry(
            "an entry of %s can't be read and is exported as deleted: offset %s (%s)"
                .formatted(label, row.offset(), e.getMessage()));
        return row.sound() ? row.blanked(topic.topic(), broadcasts) : lost(row.offset());
      }
    }

    private EntryRow lost(long offset) {
      return new EntryRow(topic.id(), offset, 0, time, CHAT, LOST, null, null, true, EMPTY_CHAT);
    }

    private void fillTo(long offset) throws IOException {
      if (next < offset) {
        found(
            "entries of %s are missing or damaged: offsets %s to %s"
                .formatted(label, next, offset - 1));
      }
      while (next < offset) {
        put(lost(next));
      }
    }

    private void put(EntryRow row) throws IOException {
      write(EntryLine.write(label, row), Tables.ENTRIES);
      next++;
      if ((++entries & 1023) == 0) {
        progress.at("entries read", entries, total);
      }
    }
  }

  private void entries(TopicRow topic, String label) throws IOException {
    Entries all = new Entries(topic, label);
    all(
        EntryRow.TABLE.ofTopic(topic.id()),
        // Damage is reported with its location.
        (result, first) -> EntryRow.asItStands(NOBODY, result, first),
        all,
        "the entries of " + label);
    all.fillTo(topic.head() + 1);
  }

  /// Takes every row that is sound.
  private <R> void all(String sql, Table.Reader<R> reading, Taking<R> taking, String what)
      throws IOException {
    try (Statement statement = snapshot.statement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        R row;
        try {
          row = reading.read(result, 1);
        } catch (LogException | IllegalArgumentException e) {
          found(String.valueOf(e.getMessage()));
          continue;
        }
        taking.take(row);
      }
    } catch (SQLException e) {
      if (StorageFault.of(e) != StorageFault.DAMAGED) {
        throw snapshot.failure(e);
      }
      found("%s can't be read completely: database pages are damaged".formatted(what));
    }
  }

  private void foundEntry(String finding) {
    if (findings == null) {
      found(finding);
    } else {
      damaged++;
      findings.accept(finding);
    }
  }

  private void found(String finding) {
    if (findings == null || !skipping) {
      throw new CorruptionException(
          finding
              + ". To export without the damaged data, add --skip-damaged; to get it back, restore"
              + " a backup");
    }
    damaged++;
    findings.accept(finding);
  }
}
