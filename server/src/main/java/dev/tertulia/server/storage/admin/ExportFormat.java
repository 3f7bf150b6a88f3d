package dev.tertulia.server.storage.admin;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.TextRule;
import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.ExportLine;
import dev.tertulia.server.storage.rows.Lines;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
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

  /// The kinds of entries by their numbers, from 1.
  private static final List<String> ENTRY_KINDS =
      List.of("chat", "edit", "deletion", "reaction", "notification", "inbox_read", "revocation");

  private ExportFormat() {}

  private interface Fields {
    void write(JsonGenerator out);
  }

  private static byte[] line(String type, Fields fields) {
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

  public static byte[] entry(String topic, EntryRow row) {
    return line(
        "entry",
        out -> {
          out.writeStringProperty("topic", topic)
              .writeStringProperty("term", ExportLine.term(row.term()))
              .writeNumberProperty("offset", row.offset())
              .writeNumberProperty("time", row.time())
              .writeStringProperty("kind", ENTRY_KINDS.get(row.kind() - 1))
              .writeStringProperty("client", row.client());
          if (row.request() != null) {
            out.writeStringProperty("id", row.request());
          }
          if (row.target() != null) {
            out.writeNumberProperty("target", row.target());
          }
          if (row.deleted()) {
            out.writeBooleanProperty("deleted", true);
          }
          // Between the parts of `data` older versions have kept ends of lines.
          String body = new String(row.body(), StandardCharsets.UTF_8);
          out.writeName("body").writeRawValue(JsonText.inOneLine(body));
        });
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

  public static EntryRow entry(ExportLine line, TopicName topic, long topicId)
      throws BadLineException {
    int kind = ENTRY_KINDS.indexOf(line.text("kind")) + 1;
    if (kind == 0) {
      throw new BadLineException("'kind' is unknown");
    }
    String client = line.client();
    Long target = line.optionalOffset("target");
    boolean deleted = line.truth("deleted");
    Entry.Kept entry;
    try {
      entry = EntryBody.read(kind, new ClientId(client), target, deleted, line.object("body"));
    } catch (LogException e) {
      throw new BadLineException("'body' does not fit the kind " + ENTRY_KINDS.get(kind - 1));
    }
    String request = line.optionalText("id") == null ? null : line.text("id", TextRule.ID);
    // What is stored is what was read, and nothing else that may stand in the line.
    EntryRow row =
        new EntryRow(
            topicId,
            line.count("offset"),
            line.term("term"),
            line.time("time"),
            kind,
            client,
            request,
            target,
            deleted,
            EntryBody.write(entry));
    ImportRules.check(row, entry, topic);
    return row;
  }
}
