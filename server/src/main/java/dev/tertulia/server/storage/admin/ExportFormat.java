package dev.tertulia.server.storage.admin;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.TextRule;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.InboxReadRow;
import dev.tertulia.server.storage.rows.ParticipantRow;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.RequestRow;
import dev.tertulia.server.storage.rows.ShownRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
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

  /// How many rows there are, of each kind.
  ///
  /// @param told rows of `client`, `inbox_read`, `device` and `shown`
  record Counts(
      long topics, long entries, long reactions, long requests, long participants, long told) {}

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

  static byte[] end(Counts counts) {
    return line(
        "end",
        out ->
            out.writeNumberProperty("topics", counts.topics)
                .writeNumberProperty("entries", counts.entries)
                .writeNumberProperty("reactions", counts.reactions)
                .writeNumberProperty("requests", counts.requests)
                .writeNumberProperty("participants", counts.participants)
                .writeNumberProperty("told", counts.told));
  }

  static byte[] topic(TopicRow row) {
    return line(
        "topic",
        out ->
            out.writeStringProperty("topic", row.topic().label())
                .writeNumberProperty("head", row.head())
                .writeNumberProperty("floor", row.floor())
                .writeStringProperty("floor_term", term(row.floorTerm()))
                .writeNumberProperty("time", row.time()));
  }

  public static byte[] entry(String topic, EntryRow row) {
    return line(
        "entry",
        out -> {
          out.writeStringProperty("topic", topic)
              .writeStringProperty("term", term(row.term()))
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

  static byte[] reaction(String topic, ReactionRow row) {
    return line(
        "reaction",
        out ->
            out.writeStringProperty("topic", topic)
                .writeNumberProperty("target", row.target())
                .writeStringProperty("emoji", row.emoji())
                .writeStringProperty("client", row.client())
                .writeNumberProperty("offset", row.offset()));
  }

  static byte[] request(String topic, RequestRow row) {
    return line(
        "request",
        out -> {
          out.writeStringProperty("topic", topic)
              .writeStringProperty("client", row.client())
              .writeStringProperty("id", row.id())
              .writeStringProperty("term", term(row.term()))
              .writeNumberProperty("offset", row.offset())
              .writeNumberProperty("time", row.time())
              .writeStringProperty("digest", HexFormat.of().formatHex(row.digest()));
          if (row.expires() != null) {
            out.writeNumberProperty("expires", row.expires());
          }
        });
  }

  static byte[] participant(String topic, ParticipantRow row) {
    return line(
        "participant",
        out ->
            out.writeStringProperty("client", row.client())
                .writeStringProperty("topic", topic)
                .writeBooleanProperty("member", row.member())
                .writeBooleanProperty("sent", row.sent())
                .writeNumberProperty("read", row.read()));
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

  static Counts counts(ExportLine line) throws BadLineException {
    return new Counts(
        line.count("topics"),
        line.count("entries"),
        line.count("reactions"),
        line.count("requests"),
        line.count("participants"),
        line.count("told"));
  }

  static byte[] client(ClientRow row) {
    return line(
        "client",
        out ->
            out.writeStringProperty("client", row.client())
                .writeNumberProperty("first", row.first())
                .writeNumberProperty("seen", row.seen())
                .writeBooleanProperty("connected", row.connected())
                .writeNumberProperty("since", row.since())
                .writeNumberProperty("floor_broadcasts", row.floorBroadcasts()));
  }

  static ClientRow client(ExportLine line, String client) throws BadLineException {
    return new ClientRow(
        client,
        line.time("first"),
        line.time("seen"),
        line.truth("connected"),
        line.count("since"),
        line.count("floor_broadcasts"));
  }

  static byte[] read(InboxReadRow row) {
    return line(
        "inbox_read",
        out ->
            out.writeStringProperty("client", row.client())
                .writeBooleanProperty("broadcast", row.broadcast())
                .writeNumberProperty("first", row.first())
                .writeNumberProperty("last", row.last()));
  }

  static byte[] device(DeviceRow row) {
    return line(
        "device",
        out ->
            out.writeStringProperty("client", row.client())
                .writeStringProperty("device", row.device())
                .writeNumberProperty("heard", row.heard())
                .writeNumberProperty("personal", row.personal())
                .writeNumberProperty("broadcasts", row.broadcasts()));
  }

  static DeviceRow device(ExportLine line, String client) throws BadLineException {
    return new DeviceRow(
        client,
        line.text("device", TextRule.DEVICE),
        line.time("heard"),
        line.count("personal"),
        line.count("broadcasts"));
  }

  static byte[] shown(ShownRow row) {
    return line(
        "shown",
        out ->
            out.writeStringProperty("client", row.client())
                .writeStringProperty("device", row.device())
                .writeBooleanProperty("broadcast", row.broadcast())
                .writeNumberProperty("first", row.first())
                .writeNumberProperty("last", row.last()));
  }

  /// The topic of a line.
  static TopicName topicName(ExportLine line) throws BadLineException {
    String label = line.text("topic");
    int colon = label.indexOf(':');
    String kind = colon < 0 ? label : label.substring(0, colon);
    String name = colon < 0 ? "" : label.substring(colon + 1);
    if (kind.equals("broadcasts") && colon < 0) {
      return TopicName.BROADCASTS;
    }
    if (!Identifier.isValid(name)) {
      throw new BadLineException("'topic' is not a topic name");
    }
    return switch (kind) {
      case "room" -> new TopicName(TopicName.Kind.ROOM, name);
      case "inbox" -> new TopicName(TopicName.Kind.INBOX, name);
      default -> throw new BadLineException("'topic' is of an unknown kind");
    };
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
    String client = client(line);
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

  static ReactionRow reaction(ExportLine line, long topicId) throws BadLineException {
    return new ReactionRow(
        topicId,
        line.count("target"),
        ImportRules.emoji(line.text("emoji")),
        client(line),
        line.count("offset"));
  }

  static RequestRow request(ExportLine line, long topicId) throws BadLineException {
    return new RequestRow(
        topicId,
        client(line),
        line.text("id", TextRule.ID),
        line.count("offset"),
        line.term("term"),
        line.time("time"),
        ImportRules.digest(line.hex("digest")),
        line.optionalTime("expires"));
  }

  static ParticipantRow participant(ExportLine line, long topicId) throws BadLineException {
    return new ParticipantRow(
        client(line), topicId, line.truth("member"), line.truth("sent"), line.count("read"));
  }

  static String client(ExportLine line) throws BadLineException {
    try {
      return new ClientId(line.text("client")).value();
    } catch (IllegalArgumentException e) {
      throw new BadLineException("'client' is not an identifier");
    }
  }

  private static String term(long term) {
    return Long.toUnsignedString(term, 36);
  }
}
