package dev.tertulia.server.storage;

import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// Adds the lines of an [Export] to a database: all of them, or none if one can't be.
///
/// Every entry keeps its place, term and offset. What is there already is left as it is, so that
/// the same lines again change nothing; see [ImportedTopic] for what happens where both have
/// something.
public final class Import {
  private final LogTables tables;
  private final LineInput in;
  private final Progress progress;
  private final long bytes;
  private final ImportedClients clients;
  private final ImportedTopic.Tally tally = new ImportedTopic.Tally();
  private @Nullable ImportedTopic topic;
  private long topics;
  private long reactions;
  private long requests;
  private long participants;
  private long told;
  private boolean ended;

  /// What was done.
  ///
  /// @param topics how many the lines hold
  /// @param added entries that were not there
  /// @param present entries that were there
  /// @param deleted those of `present` whose text is gone on one of both sides, and so on both now
  /// @param older entries that the folder's retention has let go, and that stay away
  public record Report(long topics, long added, long present, long deleted, long older) {}

  private Import(LogTables tables, LineInput in, Progress progress, long bytes) {
    this.tables = tables;
    clients = new ImportedClients(tables);
    this.in = in;
    this.progress = progress;
    this.bytes = bytes;
  }

  /// Adds what `in` holds to the database in `folder`, which is made if there is none.
  ///
  /// @param bytes how many bytes there are to read, for the progress; 0 if it isn't known
  /// @throws DataFolderException if the folder is in use, or can't be written
  /// @throws UnsoundException if a line is bad, or says another thing than the folder; nothing was
  ///   changed then
  /// @throws IOException if `in` can't be read
  public static Report into(Path folder, InputStream in, long bytes, Progress progress)
      throws IOException {
    try (DataFolder data = DataFolder.open(folder)) {
      SqliteDatabase database = SqliteDatabase.lasting(data);
      try (LogTables tables = new LogTables(database.connect())) {
        Import work = new Import(tables, new LineInput(in), progress, bytes);
        work.readAll();
        progress.at("bringing it to the disk", 0, 0);
        database.commit(tables.connection());
        tables.connection().setAutoCommit(true);
        database.purge(tables.connection());
        return new Report(
            work.topics,
            work.tally.added,
            work.tally.present,
            work.tally.deleted,
            work.tally.older);
      } catch (SQLException e) {
        throw UnsoundException.in(data.database(), e);
      }
    }
  }

  private void readAll() throws SQLException, IOException {
    try {
      tables.lock();
      if (!in.next()) {
        throw new BadLineException("there is nothing to import");
      }
      ExportFormat.checkHeader(in.parse());
      while (in.next()) {
        if (in.isBlank()) {
          continue;
        }
        if (ended) {
          throw new BadLineException("it comes after the line that ends the export");
        }
        take(in.parse());
        if ((in.number() & 1023) == 0) {
          progress.at("bytes read", in.bytes(), bytes);
        }
      }
      if (!ended) {
        throw new BadLineException(
            "the line that ends an export is missing, so its end was cut off: make it again");
      }
    } catch (BadLineException e) {
      throw new UnsoundException(
          "line %d: %s. Nothing was changed".formatted(in.number(), e.getMessage()), e);
    }
  }

  private void take(ExportLine line) throws SQLException, BadLineException {
    String type = line.text("type");
    switch (type) {
      case "topic" -> {
        endTopic();
        TopicName name = ExportFormat.topicName(line);
        topic = ImportedTopic.begin(tables, name, ExportFormat.topic(line, name), tally);
        topics++;
      }
      case "entry" -> {
        ImportedTopic current = current(line);
        current.add(ExportFormat.entry(line, current.id()));
      }
      case "reaction" -> {
        ImportedTopic current = current(line);
        current.add(ExportFormat.reaction(line, current.id()));
        reactions++;
      }
      case "request" -> {
        ImportedTopic current = current(line);
        current.add(ExportFormat.request(line, current.id()));
        requests++;
      }
      case "participant" -> {
        endTopic();
        participant(line);
        participants++;
      }
      case "client", "inbox_read", "device", "shown" -> {
        endTopic();
        clients.add(type, line);
        told++;
      }
      case "end" -> {
        endTopic();
        end(line);
      }
      default -> throw new BadLineException("its 'type' is none that there is");
    }
  }

  private ImportedTopic current(ExportLine line) throws BadLineException {
    ImportedTopic current = topic;
    if (current == null || !current.name().equals(ExportFormat.topicName(line))) {
      throw new BadLineException("it does not stand after the line of its topic");
    }
    return current;
  }

  private void endTopic() throws SQLException, BadLineException {
    if (topic != null) {
      topic.end();
      topic = null;
    }
  }

  private void participant(ExportLine line) throws SQLException, BadLineException {
    TopicName name = ExportFormat.topicName(line);
    TopicRow row = tables.topic(TopicRow.kindOf(name.kind()), name.name());
    if (row == null) {
      throw new BadLineException("its topic is neither here nor in the folder");
    }
    ParticipantRow incoming = ExportFormat.participant(line, row.id());
    ParticipantRow stored = tables.participant(incoming.client(), row.id());
    ParticipantRow merged =
        stored == null
            ? incoming
            : new ParticipantRow(
                stored.client(),
                stored.topicId(),
                stored.member(),
                stored.sent() || incoming.sent(),
                Math.max(stored.read(), incoming.read()));
    if (merged.read() > row.head()) {
      throw new BadLineException("'read' is past the end of its topic");
    }
    if (!merged.equals(stored)) {
      tables.put(merged);
    }
  }

  private void end(ExportLine line) throws BadLineException {
    ExportFormat.Counts read =
        new ExportFormat.Counts(topics, tally.entries(), reactions, requests, participants, told);
    ExportFormat.Counts said = ExportFormat.counts(line);
    if (!read.equals(said)) {
      throw new BadLineException(
          "lines are missing, or there are too many: it counts %s, and there are %s"
              .formatted(words(said), words(read)));
    }
    ended = true;
  }

  private static String words(ExportFormat.Counts counts) {
    return "%d topics, %d entries, %d reactions, %d requests, %d participants and %d lines of clients"
        .formatted(
            counts.topics(),
            counts.entries(),
            counts.reactions(),
            counts.requests(),
            counts.participants(),
            counts.told());
  }
}
