package dev.tertulia.server.storage.read;

import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.storage.sql.ReadConnection;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Seam;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The log in one database, behind the tail in memory. Damage is reported, never returned.
///
/// A topic that is repeatedly missed in memory is loaded into it.
public final class SqlLog implements Log {
  static final String TOPIC =
      "SELECT " + TopicRow.COLUMNS + " FROM topic WHERE kind = ? AND name = ?";

  static final String ENTRY =
      "SELECT " + EntryRow.COLUMNS + " FROM entry WHERE topic_id = ? AND entry_offset = ?";

  public static final String SINCE =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? AND entry_offset > ? ORDER BY entry_offset LIMIT ?";

  static final String NEWEST =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? ORDER BY entry_offset DESC LIMIT ?";

  /// See `LogTables#beginning`.
  static final String BEGINNING = "SELECT coalesce(max(seq), 0) FROM batch WHERE term = 0";

  static final String COUNT =
      "SELECT count(*) FROM (SELECT 1 FROM entry WHERE topic_id = ? AND entry_offset > ? LIMIT ?)"
          + " AS found";

  /// How much of a topic is loaded into memory.
  private static final int LOADED_ENTRIES = 1000;

  private static final int LOADED_BYTES = 4 << 20;

  /// How many entries a message are looked through for the newest messages, one after the other,
  /// before they are looked for by themselves.
  private static final int LOOKED_THROUGH = 8;

  private final ReadDatabase database;
  private final Tail tail;
  private final ReadMeters meters;
  private final Seam seam;

  public SqlLog(ReadDatabase database, Tail tail) {
    this(database, tail, new ReadMeters(new Meters()));
  }

  /// @param meters count the reads
  public SqlLog(ReadDatabase database, Tail tail, ReadMeters meters) {
    this(database, tail, meters, Seam.ALONE);
  }

  /// As above.
  ///
  /// @param seam is asked before a page is read from which live delivery may begin
  SqlLog(ReadDatabase database, Tail tail, ReadMeters meters, Seam seam) {
    this.seam = seam;
    this.database = database;
    this.tail = tail;
    this.meters = meters;
  }

  @Override
  public @Nullable Page recent(TopicName topic, Position after, int entries, int bytes) {
    return seam.isOpen(topic) ? counted(tail.since(topic, after, entries, bytes)) : null;
  }

  @Override
  public @Nullable Page recent(TopicName topic, int messages, int bytes) {
    return seam.isOpen(topic) ? counted(tail.newest(topic, messages, bytes)) : null;
  }

  private @Nullable Page counted(@Nullable Page found) {
    if (found != null) {
      meters.fromTail();
    }
    return found;
  }

  @Override
  public @Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
    return seam.readToFollow(
        List.of(topic),
        () -> readSince(topic, after, entries, bytes),
        page -> page == null || page.more() || seam.hasRead(topic, page.end()));
  }

  private @Nullable Page readSince(TopicName topic, Position after, int entries, int bytes) {
    Page recent = recent(topic, after, entries, bytes);
    if (recent == null && load(topic)) {
      recent = recent(topic, after, entries, bytes);
    }
    if (recent != null) {
      return recent;
    }
    meters.fromDatabase();
    return read(topic, connection -> since(connection, topic, after, entries, bytes));
  }

  @Override
  public Page newest(TopicName topic, int messages, int bytes) {
    return seam.readToFollow(
        List.of(topic),
        () -> readNewest(topic, messages, bytes),
        page -> seam.hasRead(topic, page.end()));
  }

  private Page readNewest(TopicName topic, int messages, int bytes) {
    Page recent = recent(topic, messages, bytes);
    if (recent == null && load(topic)) {
      recent = recent(topic, messages, bytes);
    }
    if (recent != null && !seam.isShared()) {
      return recent;
    }
    meters.fromDatabase();
    try {
      // Whoever has just written on another node finds it.
      return read(topic, connection -> newestMessages(connection, topic, messages, bytes));
    } catch (LogException e) {
      if (recent == null || e.damaged()) {
        throw e;
      }
      return recent;
    }
  }

  @Override
  public int countSince(TopicName topic, long offset, int most) {
    return read(
        topic,
        connection -> {
          TopicRow row = topicRow(connection, topic);
          if (row == null) {
            return 0;
          }
          try (ResultSet result =
              connection.query(
                  COUNT,
                  in -> {
                    in.number(row.id());
                    in.number(offset);
                    in.number(most);
                  })) {
            return result.next() ? result.getInt(1) : 0;
          }
        });
  }

  private <T extends @Nullable Object> T read(TopicName topic, ReadDatabase.Reading<T> reading) {
    return database.read(nameOf(topic), reading);
  }

  /// The topic, for people.
  static String nameOf(TopicName topic) {
    return switch (topic.kind()) {
      case ROOM -> "the log of the room " + topic.name();
      case INBOX -> "the inbox of " + topic.name();
      case BROADCASTS -> "the log of the broadcasts";
      case PRESENCE -> "the presence of the room " + topic.name();
    };
  }

  private boolean load(TopicName topic) {
    if (!seam.isOpen(topic)) {
      return false;
    }
    try (Tail.Loading loading = tail.beginLoading(topic)) {
      if (loading == null) {
        return false;
      }
      Newest newest =
          read(topic, connection -> newest(connection, topic, LOADED_ENTRIES, LOADED_BYTES));
      // Loops read it, which can't ask.
      if (!seam.hasRead(topic, newest.page.end())) {
        return false;
      }
      loading.finish(newest.before, newest.whole, newest.page.entries());
      return true;
    }
  }

  static @Nullable TopicRow topicRow(Querying connection, TopicName topic) throws SQLException {
    try (ResultSet result =
        connection.query(
            TOPIC,
            in -> {
              in.number(TopicRow.kindOf(topic.kind()));
              in.text(topic.name());
            })) {
      return result.next() ? TopicRow.read(result, 1) : null;
    }
  }

  static @Nullable Page since(
      ReadConnection connection, TopicName topic, Position after, int entries, int bytes)
      throws SQLException {
    TopicRow row = topicRow(connection, topic);
    if (row == null) {
      Position beginning = beginning(connection, topic);
      return after.equals(beginning) ? new Page(List.of(), after, after.offset()) : null;
    }
    if (!after.equals(floorOf(row)) && !holds(connection, row, after)) {
      return null;
    }
    List<Publication> page = new ArrayList<>();
    long text = 0;
    long previous = after.offset();
    try (ResultSet result =
        connection.query(
            SINCE,
            in -> {
              in.number(row.id());
              in.number(after.offset());
              in.number(entries);
            })) {
      while (result.next()) {
        EntryRow entry = EntryRow.asItStands(connection, result, 1);
        requireNext(previous, entry.offset());
        Publication publication = entry.publication(topic, connection);
        text += TextBytes.of(publication.entry());
        if (text > bytes && !page.isEmpty()) {
          return new Page(page, positionOf(page.getLast()), row.head());
        }
        page.add(publication);
        previous = entry.offset();
      }
    }
    if (page.size() < entries) {
      requireNext(previous, row.head() + 1);
    }
    return new Page(page, page.isEmpty() ? after : positionOf(page.getLast()), row.head());
  }

  private static Newest newest(ReadConnection connection, TopicName topic, int entries, int bytes)
      throws SQLException {
    TopicRow row = topicRow(connection, topic);
    if (row == null) {
      Position beginning = beginning(connection, topic);
      return new Newest(new Page(List.of(), beginning, beginning.offset()), beginning, true);
    }
    List<Publication> page = new ArrayList<>();
    long text = 0;
    long next = row.head() + 1;
    Position before = null;
    try (ResultSet result = connection.query(NEWEST, newest(row, entries + 1))) {
      while (before == null && result.next()) {
        EntryRow entry = EntryRow.asItStands(connection, result, 1);
        requireNext(entry.offset(), next);
        Publication publication = entry.publication(topic, connection);
        text += TextBytes.of(publication.entry());
        if (page.size() == entries || (text > bytes && !page.isEmpty())) {
          before = entry.position();
        } else {
          page.add(publication);
          next = entry.offset();
        }
      }
    }
    boolean whole = before == null;
    if (before == null) {
      requireNext(row.floor(), next);
      before = floorOf(row);
    }
    Collections.reverse(page);
    Position end = page.isEmpty() ? before : positionOf(page.getLast());
    return new Newest(new Page(page, end, row.head()), before, whole);
  }

  /// Looks through the newest entries, which mostly are enough, and else for the messages and what
  /// amends them one by one.
  private static Page newestMessages(
      ReadConnection connection, TopicName topic, int messages, int bytes) throws SQLException {
    TopicRow row = topicRow(connection, topic);
    if (row == null) {
      Position beginning = beginning(connection, topic);
      return new Page(List.of(), beginning, beginning.offset());
    }
    NewestMessages newest = new NewestMessages(messages, bytes);
    int looked = LOOKED_THROUGH * messages;
    Position end = floorOf(row);
    long next = row.head() + 1;
    try (ResultSet result = connection.query(NEWEST, newest(row, looked))) {
      while (!newest.isComplete() && result.next()) {
        EntryRow entry = EntryRow.asItStands(connection, result, 1);
        requireNext(entry.offset(), next);
        if (next > row.head()) {
          end = entry.position();
        }
        next = entry.offset();
        newest.add(entry.publication(topic, connection));
      }
    }
    if (!newest.isComplete() && row.head() - next + 1 < looked) {
      requireNext(row.floor(), next);
    } else if (!newest.isComplete()) {
      newest = new MessagesByIndex(connection, row).newest(messages, bytes);
    }
    return new Page(newest.entries(), end, row.head());
  }

  private static Querying.Parameters newest(TopicRow row, int entries) {
    return in -> {
      in.number(row.id());
      in.number(entries);
    };
  }

  /// The beginning of a topic that does not exist: a room begins after all offsets of removed
  /// rooms, so that no position in one of these, nor before its first entry, is taken for one in
  /// the room that has its name now.
  static Position beginning(ReadConnection connection, TopicName topic) throws SQLException {
    if (topic.kind() != TopicName.Kind.ROOM) {
      return Position.START;
    }
    try (ResultSet result = connection.query(BEGINNING, in -> {})) {
      return result.next() ? new Position(0, result.getLong(1)) : Position.START;
    }
  }

  private static boolean holds(ReadConnection connection, TopicRow row, Position position)
      throws SQLException {
    EntryRow entry = entryAt(connection, row, position.offset());
    return entry != null && entry.term() == position.term();
  }

  /// The position of the newest entry, or where entries were removed if none is left.
  static Position end(ReadConnection connection, TopicRow row) throws SQLException {
    if (row.head() == row.floor()) {
      return floorOf(row);
    }
    EntryRow newest = entryAt(connection, row, row.head());
    if (newest == null) {
      throw missingAfter(row.head() - 1);
    }
    return newest.position();
  }

  private static @Nullable EntryRow entryAt(ReadConnection connection, TopicRow row, long offset)
      throws SQLException {
    try (ResultSet result =
        connection.query(
            ENTRY,
            in -> {
              in.number(row.id());
              in.number(offset);
            })) {
      return result.next() ? EntryRow.asItStands(connection, result, 1) : null;
    }
  }

  static Position floorOf(TopicRow row) {
    return new Position(row.floorTerm(), row.floor());
  }

  private static Position positionOf(Publication publication) {
    Position position = publication.position();
    if (position == null) {
      throw new IllegalStateException("a stored entry has a position");
    }
    return position;
  }

  static void requireNext(long previous, long next) {
    if (next != previous + 1) {
      throw missingAfter(previous);
    }
  }

  private static LogException missingAfter(long offset) {
    return new LogException(
        "the log is damaged: entries are missing after offset %s. Run './tertulia check'"
            .formatted(offset),
        true,
        null);
  }

  /// The newest page, with the position right before it.
  ///
  /// @param whole whether the log has nothing older
  private record Newest(Page page, Position before, boolean whole) {}
}
