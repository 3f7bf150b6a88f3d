package dev.tertulia.server.storage.rows;

import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import tools.jackson.core.JsonGenerator;

/// The lines of a table in an export: how a row is written as a line, and how an import reads the
/// line, checks it, and merges it with what the folder has. The `type` of a line is the name of the
/// table.
///
/// @param <R> the rows
public sealed interface Lines<R extends Row> {
  /// Which of the numbers in the last line of an export counts them.
  Count count();

  /// Writes a row.
  Writer<R> writer();

  /// A number in the last line of an export.
  ///
  /// @param field its name there
  /// @param words what it counts, for messages
  record Count(String field, String words) {
    /// The lines of what is known of clients beside the log.
    static final Count TOLD = new Count("told", "lines of clients");

    Count(String field) {
      this(field, field);
    }
  }

  /// Writes the fields of a line, after its `type`. Equal rows must have equal bytes.
  @FunctionalInterface
  interface Writer<R> {
    /// Writes a row.
    ///
    /// @param topic the topic of the row, as [TopicName#label]; empty if it has none
    void write(R row, String topic, JsonGenerator out);
  }

  /// Lines that follow the line of their topic, and its entries.
  ///
  /// @param ofLongerLog whether the rows are those of the side with the longer log: those of the
  ///   folder are removed if the export's log goes further
  record InTopic<R extends Row>(
      Count count, boolean ofLongerLog, Writer<R> writer, TopicImporter importer)
      implements Lines<R> {}

  /// Lines that follow after all topics.
  ///
  /// @param namesTopic whether its rows have a `topic_id`, and its lines the name of that topic
  record AfterTopics<R extends Row>(
      Count count, boolean namesTopic, Writer<R> writer, Importer importer) implements Lines<R> {}

  /// Lines of what is known of a client, which follow after all topics.
  static <R extends Row> Lines<R> ofClient(Writer<R> writer, Importer importer) {
    return new AfterTopics<>(Count.TOLD, /* namesTopic= */ false, writer, importer);
  }

  /// Imports a line.
  @FunctionalInterface
  interface Importer {
    /// Stores what a line says, merged with the rows of the folder.
    ///
    /// @throws BadLineException if the line is invalid; the whole import is given up then
    void take(ExportLine line, LogTables tables) throws SQLException, BadLineException;
  }

  /// Imports a line of a topic.
  @FunctionalInterface
  interface TopicImporter {
    /// As [Importer#take].
    void take(ExportLine line, Topic topic) throws SQLException, BadLineException;
  }

  /// A topic of an import, whose entries are in the folder already.
  interface Topic {
    LogTables tables();

    /// The topic's id in the folder.
    long id();

    /// The offset of the newest entry in the export.
    long head();

    /// The offset of the newest removed entry in the folder.
    long floor();

    /// Whether the log of the export goes further than that of the folder.
    boolean isFurther();

    /// The entry of the folder at an offset above [#floor].
    ///
    /// @throws BadLineException if it is damaged or missing
    EntryRow stored(long offset) throws SQLException, BadLineException;

    /// The folder says something else about an entry.
    BadLineException conflict(long offset);
  }
}
