package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.PrivateFiles;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.ExportLine;
import dev.tertulia.server.storage.rows.Lines;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.Tables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Adds the lines of an [Export] to a database: all of them, or none if one is invalid.
///
/// Every entry keeps its position. Existing entries stay as they are, so importing the same lines
/// again changes nothing; see [ImportedTopic] for topics that exist on both sides.
public final class Import {
  /// Is told of the topics.
  interface Topics {
    /// Tells nobody.
    Topics NONE =
        new Topics() {
          @Override
          public void begin(@Nullable TopicRow before) {}

          @Override
          public void stored(TopicName name, @Nullable TopicRow before, boolean further) {}
        };

    /// The lines of a topic begin.
    ///
    /// @param before its row; `null` if there is none
    void begin(@Nullable TopicRow before) throws SQLException;

    /// Something was stored of a topic, whose lines have ended.
    ///
    /// @param before its row as it was; `null` if there was none
    /// @param further whether entries were added at its end
    void stored(TopicName name, @Nullable TopicRow before, boolean further);
  }

  private final LogTables tables;
  private final Topics topics;
  private final LineInput in;
  private final Progress progress;
  private final long bytes;
  private final Map<TopicName, Long> changed = new LinkedHashMap<>();
  private final ImportedTopic.Tally tally = new ImportedTopic.Tally();
  private @Nullable ImportedTopic topic;
  private final LineCounts counts;
  private boolean begun;
  private boolean ended;

  /// Whether what was read so far is stored, whatever the others say.
  private boolean sliced;

  /// Reads lines into `tables`.
  ///
  /// @param bytes how many there are to read, for the progress; 0 if it isn't known
  public Import(LogTables tables, InputStream in, Progress progress, long bytes) {
    this(tables, in, progress, bytes, Topics.NONE);
  }

  /// As above.
  ///
  /// @param topics is told of the topics
  Import(LogTables tables, InputStream in, Progress progress, long bytes, Topics topics) {
    this.tables = tables;
    this.topics = topics;
    counts = new LineCounts(tables.tables());
    this.in = new LineInput(in);
    this.progress = progress;
    this.bytes = bytes;
  }

  /// Adds the contents of `file` to the database in `folder`, which is created if needed. A server
  /// that uses the folder does the work beside its other work: see [ImportTask]. Subscribers of
  /// changed topics start over.
  ///
  /// @throws DataFolderException if the folder is in use by a process that is not a server, or
  ///   can't be written
  /// @throws CorruptionException if a line is bad, or says another thing than the folder; nothing
  ///   was changed then
  /// @throws IOException if the file can't be read
  public static ImportReport into(Path folder, Path file, FolderServer server, Progress progress)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      // Something that only this process can read.
      try (InputStream in = Files.newInputStream(file)) {
        return into(folder, in, server, progress);
      }
    }
    long bytes = Files.size(file);
    DataFolder held = DataFolder.openUnlessServed(folder);
    if (held != null) {
      return here(held, file, bytes, progress);
    }
    ServedFolder served = new ServedFolder(folder, server, ServedFolder.Patience.DEFAULT, progress);
    return switch (served.ask(new FolderServer.ImportFile(file.toRealPath(), bytes))) {
      case ServedFolder.Done(FolderServer.Imported(ImportReport report)) -> report;
      case ServedFolder.Done done -> throw new IllegalStateException("it did not import: " + done);
      case ServedFolder.Taken(DataFolder taken) -> here(taken, file, bytes, progress);
    };
  }

  /// As above, with what `in` holds. For a server that runs it is put into a file in its folder.
  public static ImportReport into(
      Path folder, InputStream in, FolderServer server, Progress progress) throws IOException {
    DataFolder held = DataFolder.openUnlessServed(folder);
    if (held != null) {
      try (held) {
        return here(held, in, 0, progress);
      }
    }
    Path copy = copy(folder, in);
    try {
      return into(folder, copy, server, progress);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  /// Puts lines into a file in the folder of a server, which reads it. The caller removes it.
  static Path copy(Path folder, InputStream in) throws IOException {
    Path copy =
        folder.resolve("import-" + Long.toHexString(new SecureRandom().nextLong()) + ".jsonl");
    boolean done = false;
    try (FileChannel channel =
            PrivateFiles.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(channel)) {
      in.transferTo(out);
      done = true;
      return copy;
    } finally {
      if (!done) {
        Files.deleteIfExists(copy);
      }
    }
  }

  /// Does it, where no server runs, and lets the folder go.
  private static ImportReport here(DataFolder held, Path file, long bytes, Progress progress)
      throws IOException {
    try (held;
        InputStream in = Files.newInputStream(file)) {
      return here(held, in, bytes, progress);
    }
  }

  private static ImportReport here(DataFolder held, InputStream in, long bytes, Progress progress)
      throws IOException {
    SqliteDatabase database = SqliteDatabase.lasting(held);
    try (LogTables tables = new LogTables(database.connect())) {
      ImportReport report = new Import(tables, in, progress, bytes).readAll();
      progress.at("syncing to disk", 0, 0);
      database.commit(tables.connection());
      tables.connection().setAutoCommit(true);
      database.purge(tables.connection());
      return report;
    } catch (SQLException e) {
      throw CorruptionException.in(held.database(), e);
    }
  }

  /// Adds all lines, in the transaction that the connection of the tables has, or begins.
  ///
  /// @throws CorruptionException if one is bad, or says another thing than the database
  public ImportReport readAll() throws SQLException, IOException {
    read(Integer.MAX_VALUE, Long.MAX_VALUE);
    return report();
  }

  /// Adds the next lines, in the transaction that the connection of the tables has, or begins. What
  /// is stored then is a sound log, without the lines that are missing.
  ///
  /// @param lines the most that are added
  /// @param most after so many bytes no other line is
  /// @return whether there are more
  /// @throws CorruptionException if one is bad, or says another thing than the database
  boolean read(int lines, long most) throws SQLException, IOException {
    try {
      tables.lock();
      long end = most == Long.MAX_VALUE ? most : in.bytes() + most;
      if (!begun) {
        if (!in.next()) {
          throw new BadLineException("there is nothing to import");
        }
        ExportFormat.checkHeader(in.parse());
        begun = true;
      }
      if (topic != null) {
        topic.resume();
      }
      for (int i = 0; i == 0 || (i < lines && in.bytes() < end); i++) {
        if (!in.next()) {
          requireEnd();
          return false;
        }
        if (in.isBlank()) {
          continue;
        }
        if (ended) {
          throw new BadLineException("it comes after the last line of the export");
        }
        take(in.parse());
        if ((in.number() & 1023) == 0) {
          progress.at("bytes read", in.bytes(), bytes);
        }
      }
      if (topic != null) {
        topic.pause();
      }
      sliced = true;
      return true;
    } catch (BadLineException e) {
      throw new CorruptionException(
          "line %s: %s. %s"
              .formatted(
                  in.number(),
                  e.getMessage(),
                  sliced ? "Lines before it were imported" : "Nothing was changed"),
          e);
    }
  }

  private void requireEnd() throws BadLineException {
    if (!ended) {
      throw new BadLineException(
          "the last line of the export is missing, so the file is incomplete: export again");
    }
  }

  /// What was imported, once all lines are read.
  ImportReport report() {
    return new ImportReport(
        counts.of(Tables.TOPICS), tally.added, tally.present, tally.deleted, tally.older);
  }

  /// The topics whose lines have ended since the last call, and whose entries are others now than
  /// they were. What is read in an inbox is among its entries.
  ///
  /// @return their ids
  Map<TopicName, Long> takeChanged() {
    Map<TopicName, Long> taken = Map.copyOf(changed);
    changed.clear();
    return taken;
  }

  private void take(ExportLine line) throws SQLException, BadLineException {
    String type = line.text("type");
    switch (type) {
      case "topic" -> {
        endTopic();
        TopicName name = line.topic();
        TopicRow incoming = ExportFormat.topic(line, name);
        topics.begin(tables.topic(incoming.kind(), incoming.name()));
        topic = ImportedTopic.begin(tables, name, incoming, tally);
        counts.add(Tables.TOPICS);
      }
      case "entry" -> {
        ImportedTopic current = current(line);
        current.add(EntryLine.read(line, current.name(), current.id()));
        counts.add(Tables.ENTRIES);
      }
      case "end" -> {
        endTopic();
        end(line);
      }
      default -> take(tables.tables().lines(type), line);
    }
  }

  private void take(@Nullable Lines<?> lines, ExportLine line)
      throws SQLException, BadLineException {
    switch (lines) {
      case null -> throw new BadLineException("its 'type' is unknown");
      case Lines.InTopic<?> inTopic -> inTopic.importer().take(line, current(line));
      case Lines.AfterTopics<?> after -> {
        endTopic();
        after.importer().take(line, tables);
      }
    }
    counts.add(lines.count());
  }

  private ImportedTopic current(ExportLine line) throws BadLineException {
    ImportedTopic current = topic;
    if (current == null || !current.name().equals(line.topic())) {
      throw new BadLineException("it does not follow the line of its topic");
    }
    return current;
  }

  private void endTopic() throws SQLException, BadLineException {
    if (topic != null) {
      if (topic.end()) {
        changed.put(topic.name(), topic.id());
      }
      if (topic.isStored()) {
        topics.stored(topic.name(), topic.before(), topic.isFurther());
      }
      topic = null;
    }
  }

  private void end(ExportLine line) throws BadLineException {
    LineCounts said = LineCounts.of(line, tables.tables());
    if (!counts.isSame(said)) {
      throw new BadLineException(
          "lines are missing or superfluous: it counts %s, but there are %s"
              .formatted(said.words(), counts.words()));
    }
    ended = true;
  }
}
