package dev.tertulia.server.storage.rows;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.storage.sql.Columns;
import dev.tertulia.server.topic.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// A row of `request`: the outcome of a request that may be repeated. Within a topic the rows are
/// in the order of their ids, whoever asks: ids that ascend with time, as our clients draw them,
/// lie side by side, and a batch finds and adds all of its rows on a few pages.
///
/// @param id the request id given by the client
/// @param digest identifies the content; empty once the content was deleted, and then any content
///   is accepted as the same
/// @param expires when it may be removed, in Unix milliseconds; `null` for as long as its entry
///   exists
public record RequestRow(
    long topicId,
    String client,
    String id,
    long offset,
    long term,
    long time,
    byte[] digest,
    @Nullable Long expires)
    implements Row {
  /// All columns, for a `SELECT` or an `INSERT`.
  public static final String COLUMNS =
      "topic_id, id, client, entry_offset, term, time, digest, expires, checksum";

  public static final Table<RequestRow> TABLE =
      Table.replacing(
          "request",
          'q',
          "the requests",
          COLUMNS,
          3,
          RequestRow::read,
          new Lines.InTopic<>(
              new Lines.Count("requests"),
              /* ofLongerLog= */ false,
              RequestRow::write,
              RequestRow::take),
          // Those of others to the client's inbox as well, which has lost its name by then.
          new Erasure.Searched(
              "(client = ? OR topic_id IN (" + TopicRow.ERASED_INBOXES + "))", 0L, "", ""));

  /// The most bytes of a digest in an import.
  private static final int MAX_DIGEST = 64;

  /// The row of a request that `entry` answers.
  public static RequestRow of(EntryRow entry, String id, byte[] digest, @Nullable Long expires) {
    return new RequestRow(
        entry.topicId(),
        entry.client(),
        id,
        entry.offset(),
        entry.term(),
        entry.time(),
        digest,
        expires);
  }

  /// A digest of the content of an entry, of 16 bytes: the same for a repeated request, another for
  /// a request with the same id that says something else. It does not cover the name to show, so
  /// that a client whose name has changed may still repeat a request.
  public static byte[] digestOf(Entry.Kept entry) {
    Digest digest = new Digest();
    digest.number(EntryBody.kind(entry));
    switch (entry) {
      case Entry.Chat chat -> {
        digest.text(chat.message());
        digest.number(chat.replyTo());
        digest.text(chat.data());
      }
      case Entry.Edit edit -> {
        digest.number(edit.target());
        digest.text(edit.message());
      }
      case Entry.Deletion deletion -> digest.number(deletion.target());
      case Entry.Reaction reaction -> {
        digest.number(reaction.target());
        digest.text(reaction.emoji());
        digest.flag(reaction.removed());
      }
      case Entry.Notification notification -> {
        digest.text(notification.scope().wireName());
        digest.text(notification.message());
        digest.text(notification.title());
        digest.text(notification.data());
        digest.text(notification.category());
        digest.text(notification.urgency().wireName());
      }
      case Entry.InboxRead read -> {
        read.ids().forEach(digest::text);
        digest.text(read.upTo());
      }
      case Entry.Revocation revocation -> digest.text(revocation.id());
      case Entry.Unreadable unreadable -> throw EntryBody.notStored(unreadable);
    }
    return Arrays.copyOf(digest.sha.digest(), Digest.BYTES);
  }

  public Position position() {
    return new Position(term, offset);
  }

  /// This row once the content was deleted.
  public RequestRow blanked() {
    return new RequestRow(topicId, client, id, offset, term, time, new byte[0], expires);
  }

  /// This row when its entry goes.
  public RequestRow expiring(long when) {
    return new RequestRow(topicId, client, id, offset, term, time, digest, when);
  }

  @Override
  public Table<RequestRow> table() {
    return TABLE;
  }

  @Override
  public String place() {
    return EntryRow.place(topicId, offset);
  }

  @Override
  public <X extends Exception> void columns(Columns<X> out) throws X {
    out.number(topicId);
    out.text(id);
    out.text(client);
    columnsAfterKey(out);
  }

  @Override
  public <X extends Exception> void checked(Columns<X> out) throws X {
    out.number(topicId);
    out.text(client);
    out.text(id);
    columnsAfterKey(out);
  }

  private <X extends Exception> void columnsAfterKey(Columns<X> out) throws X {
    out.number(offset);
    out.number(term);
    out.number(time);
    out.bytes(digest);
    out.number(expires);
  }

  private void write(String topic, JsonGenerator out) {
    out.writeStringProperty("topic", topic)
        .writeStringProperty("client", client)
        .writeStringProperty("id", id)
        .writeStringProperty("term", ExportLine.term(term))
        .writeNumberProperty("offset", offset)
        .writeNumberProperty("time", time)
        .writeStringProperty("digest", HexFormat.of().formatHex(digest));
    if (expires != null) {
      out.writeNumberProperty("expires", expires);
    }
  }

  private static void take(ExportLine line, Lines.Topic topic)
      throws SQLException, BadLineException {
    RequestRow row =
        new RequestRow(
            topic.id(),
            line.client(),
            line.text("id", TextRule.ID),
            line.count("offset"),
            line.term("term"),
            line.time("time"),
            line.hex("digest", MAX_DIGEST),
            line.optionalTime("expires"));
    BadLineException.unless(row.offset <= topic.head(), "it is past the 'head' of its topic");
    if (row.expires == null && !row.isOfItsEntry(topic)) {
      return;
    }
    LogTables tables = topic.tables();
    RequestRow stored = tables.request(row.topicId, row.client, row.id);
    if (stored == null || stored.offset < row.offset) {
      tables.put(row);
    } else if (stored.position().equals(row.position())
        && !Arrays.equals(stored.digest, row.digest)) {
      if (row.digest.length == 0) {
        tables.put(row);
      } else if (stored.digest.length > 0) {
        throw topic.conflict(row.offset);
      }
    }
  }

  /// Whether the entry that was answered with is there and still its client's.
  private boolean isOfItsEntry(Lines.Topic topic) throws SQLException, BadLineException {
    if (offset <= topic.floor()) {
      return false;
    }
    EntryRow entry = topic.stored(offset);
    return entry.term() == term && entry.client().equals(client) && id.equals(entry.request());
  }

  /// Reads [#COLUMNS] from the column `first` on, and compares the checksum.
  public static RequestRow read(ResultSet result, int first) throws SQLException {
    RowReader in = new RowReader(result, TABLE.name(), first);
    long topic = in.number();
    String id = in.text();
    return in.checked(
        new RequestRow(
            topic,
            in.text(),
            id,
            in.number(),
            in.number(),
            in.number(),
            in.bytes(),
            in.optionalNumber()));
  }

  /// Digests columns. For one thread.
  private static final class Digest implements Columns<RuntimeException> {
    private static final int BYTES = 16;

    /// Copied for each: looking the algorithm up takes longer than the rest.
    private static final MessageDigest EMPTY = sha256();

    private final MessageDigest sha;
    private final ByteBuffer number = ByteBuffer.allocate(1 + Long.BYTES);

    private Digest() {
      try {
        sha = (MessageDigest) EMPTY.clone();
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void number(long value) {
      sha.update(number.clear().put((byte) 1).putLong(value).array());
    }

    @Override
    public void number(@Nullable Long value) {
      if (value == null) {
        sha.update((byte) 0);
      } else {
        number(value.longValue());
      }
    }

    @Override
    public void text(@Nullable String value) {
      if (value == null) {
        sha.update((byte) 0);
      } else {
        bytes(value.getBytes(StandardCharsets.UTF_8));
      }
    }

    @Override
    public void bytes(byte[] value) {
      number(value.length);
      sha.update(value);
    }
  }
}
