package dev.tertulia.server.storage.admin;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.ExportLine;
import dev.tertulia.server.storage.rows.Lines;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;

/// The representation of rows in an export: one line each, a JSON object with a `type`; equal rows
/// have equal bytes. A topic is named `room:lobby`, because topic ids are specific to one database.
///
/// First comes a `header`, last an `end` that counts the lines; between them each topic is followed
/// by its entries, oldest first, its reactions and its requests; after all topics come the
/// participants, the clients and their devices.
public final class ExportFormat {
  /// The version of the format.
  static final int VERSION = 1;

  private static final String NAME = "tertulia-export";

  private ExportFormat() {}

  /// Writes the fields of a line, after its `type`.
  interface Fields {
    void write(JsonGenerator out);
  }

  static byte[] line(String type, Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JsonText.generator(bytes)) {
      out.writeStartObject().writeStringProperty("type", type);
      fields.write(out);
      out.writeEndObject();
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  static byte[] header() {
    return line(
        "header",
        out -> out.writeStringProperty("format", NAME).writeNumberProperty("version", VERSION));
  }

  static byte[] end(LineCounts counts) {
    return line("end", counts::write);
  }

  /// The line of a row that is neither a topic nor an entry.
  ///
  /// @param topic the label of its topic; empty if it has none
  static <R extends Row> byte[] row(String type, Lines<R> lines, R row, String topic) {
    return line(type, out -> lines.writer().write(row, topic, out));
  }

  static byte[] topic(TopicRow row) {
    return line(
        "topic",
        out ->
            out.writeStringProperty("topic", row.topic().label())
                .writeNumberProperty("head", row.head())
                .writeNumberProperty("floor", row.floor())
                .writeStringProperty("floor_term", ExportLine.term(row.floorTerm()))
                .writeNumberProperty("time", row.time()));
  }

  static void checkHeader(ExportLine line) throws BadLineException {
    if (!"header".equals(line.optionalText("type")) || !NAME.equals(line.optionalText("format"))) {
      throw new BadLineException(
          "this is not an export: the header line written by './tertulia export' is missing");
    }
    if (line.number("version") != VERSION) {
      throw new BadLineException(
          "this export has version %s, and this Tertulia reads version %s: use the version that wrote it, or a newer one"
              .formatted(line.number("version"), VERSION));
    }
  }

  /// The topic of a line, as a row without entries.
  static TopicRow topic(ExportLine line, TopicName name) throws BadLineException {
    TopicRow row =
        new TopicRow(
            0,
            TopicRow.kindOf(name.kind()),
            name.name(),
            line.count("head"),
            line.count("floor"),
            line.term("floor_term"),
            line.time("time"),
            0,
            0);
    if (row.floor() > row.head()) {
      throw new BadLineException("'floor' is past 'head'");
    }
    if (row.floor() == 0 && row.floorTerm() != 0) {
      throw new BadLineException("'floor_term' must be 0 where 'floor' is 0");
    }
    return row;
  }
}
