package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.Lines;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.RequestRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A topic of an import, merged with the same topic of the folder.
///
/// The two logs must agree where they overlap; otherwise it is a conflict. Entries beyond the end
/// of the folder's log are added. Entries at or below its floor were removed and are not added
/// again. An entry whose text was deleted on one side is deleted. Reactions are those of the side
/// with the longer log.
final class ImportedTopic implements Lines.Topic {
  private final LogTables tables;
  private final TopicName name;
  private final TopicRow incoming;
  private final Tally tally;

  /// What the folder had before; `null` if it had none.
  private final @Nullable TopicRow before;

  /// Whether the incoming log goes further than the folder's.
  private final boolean further;

  private final long id;
  private final long floor;

  /// Its row as it is now; `null` if there is none.
  private @Nullable TopicRow latestRow;

  private long next;
  private long entries;
  private long bytes;
  private boolean changed;
  private boolean stored;

  /// The time of the last entry that was added; at first that of the topic.
  private long latest;

  /// What became of the entries of all topics.
  static final class Tally {
    long added;
    long present;
    long deleted;
    long older;
  }

  private ImportedTopic(
      LogTables tables, TopicName name, TopicRow incoming, @Nullable TopicRow before, Tally tally)
      throws SQLException {
    this.tables = tables;
    this.name = name;
    this.incoming = incoming;
    this.before = before;
    latestRow = before;
    this.tally = tally;
    further = before == null || incoming.head() > before.head();
    id = before == null ? tables.newTopicId() : before.id();
    floor = before == null ? incoming.floor() : before.floor();
    entries = before == null ? 0 : before.entries();
    bytes = before == null ? 0 : before.bytes();
    next = incoming.floor() + 1;
    latest = incoming.time();
  }

  /// Begins with a topic's line.
  static ImportedTopic begin(LogTables tables, TopicName name, TopicRow incoming, Tally tally)
      throws SQLException, BadLineException {
    TopicRow before = tables.lockedTopic(incoming.kind(), incoming.name());
    ImportedTopic topic = new ImportedTopic(tables, name, incoming, before, tally);
    if (before != null) {
      topic.compareFloors(before);
      if (topic.further) {
        tables.removeReplaced(topic.id);
      }
    }
    return topic;
  }

  private void compareFloors(TopicRow before) throws SQLException, BadLineException {
    if (incoming.floor() > before.head()) {
      throw new BadLineException(
          "%s ends at offset %s here, and in the export it begins after %s: the entries between are missing"
              .formatted(name.label(), before.head(), incoming.floor()));
    }
    long term = incoming.floorTerm();
    if (incoming.floor() == before.floor()) {
      if (term != before.floorTerm()) {
        throw conflict(incoming.floor());
      }
    } else if (incoming.floor() > before.floor()) {
      EntryRow last = tables.entry(id, incoming.floor());
      if (last == null || last.term() != term) {
        throw conflict(incoming.floor());
      }
    }
  }

  TopicName name() {
    return name;
  }

  @Override
  public LogTables tables() {
    return tables;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public long head() {
    return incoming.head();
  }

  @Override
  public long floor() {
    return floor;
  }

  @Override
  public boolean isFurther() {
    return further;
  }

  void add(EntryRow row) throws SQLException, BadLineException {
    if (row.offset() != next) {
      throw new BadLineException("the entry with offset %s is missing before it".formatted(next));
    }
    if (row.offset() > incoming.head()) {
      throw new BadLineException("its offset is past the 'head' of its topic");
    }
    next++;
    if (before != null && row.offset() <= before.floor()) {
      if (row.offset() == before.floor() && row.term() != before.floorTerm()) {
        throw conflict(row.offset());
      }
      tally.older++;
    } else if (before != null && row.offset() <= before.head()) {
      merge(row);
      tally.present++;
    } else {
      tables.put(row);
      changed = true;
      latest = row.time();
      entries++;
      bytes += row.body().length;
      tally.added++;
    }
  }

  private void merge(EntryRow row) throws SQLException, BadLineException {
    EntryRow stored = stored(row.offset());
    if (isSame(stored, row)) {
      return;
    }
    if (gone(stored) == gone(row) || !isSamePlace(stored, row)) {
      throw conflict(row.offset());
    }
    tally.deleted++;
    if (gone(row) > gone(stored)) {
      tables.replace(row);
      if (isErased(row)) {
        forgetClientOf(stored);
      }
      changed = true;
      bytes += row.body().length - stored.body().length;
    }
  }

  /// Removes what tells who had added an entry that was erased elsewhere: its request, and the
  /// reaction that it added.
  private void forgetClientOf(EntryRow erased) throws SQLException {
    String client = erased.client();
    if (erased.request() != null) {
      tables.remove(RequestRow.TABLE, id, erased.request(), client);
    }
    if (erased.target() != null && erased.entry() instanceof Entry.Reaction reaction) {
      tables.remove(ReactionRow.TABLE, id, reaction.target(), reaction.emoji(), client);
    }
  }

  /// How far a row has lost what it said: 0 not at all, 1 its text, 2 its sender too.
  private static int gone(EntryRow row) {
    return isErased(row) ? 2 : row.deleted() ? 1 : 0;
  }

  @Override
  public EntryRow stored(long offset) throws SQLException, BadLineException {
    try {
      EntryRow stored = tables.entry(id, offset);
      if (stored != null) {
        return stored;
      }
    } catch (LogException damaged) {
      // It is as good as missing.
    }
    throw new BadLineException(
        "what is stored here is damaged: offset %s of %s; './tertulia check' says more"
            .formatted(offset, name.label()));
  }

  private static boolean isErased(EntryRow row) {
    return row.client().equals(ClientId.ERASED.value());
  }

  private static boolean isSame(EntryRow stored, EntryRow row) {
    return isSamePlace(stored, row)
        && stored.deleted() == row.deleted()
        && stored.client().equals(row.client())
        && Objects.equals(stored.request(), row.request())
        && stored.entry().equals(row.entry());
  }

  private static boolean isSamePlace(EntryRow stored, EntryRow row) {
    return stored.term() == row.term()
        && stored.time() == row.time()
        && stored.kind() == row.kind()
        && Objects.equals(stored.target(), row.target())
        && (stored.client().equals(row.client()) || isErased(stored) || isErased(row));
  }

  @Override
  public BadLineException conflict(long offset) {
    return new BadLineException(
        "conflict: at offset %s of %s the folder holds another entry, so this is the log of another server, or of the same server before a restore: import it into another folder"
            .formatted(offset, name.label()));
  }

  /// Ends it: all its lines were read.
  ///
  /// @return whether the entries in the folder are others now than they were
  boolean end() throws SQLException, BadLineException {
    if (next != incoming.head() + 1) {
      throw new BadLineException(
          "entries of %s are missing before it, from offset %s on".formatted(name.label(), next));
    }
    store(row(incoming.head(), incoming.time()));
    return changed;
  }

  /// Goes on after [#pause], in another transaction, which locks it. Another server may have
  /// written meanwhile.
  void resume() throws SQLException, BadLineException {
    TopicRow now = tables.lockedTopic(incoming.kind(), incoming.name());
    if (!Objects.equals(now, latestRow)) {
      throw new BadLineException(
          "something was changed in %s while its lines were imported: run this again"
              .formatted(name.label()));
    }
  }

  /// Stores how far it is, so that the log is sound if no line follows.
  void pause() throws SQLException {
    store(row(next - 1, latest));
  }

  private void store(TopicRow row) throws SQLException {
    if (stored || !row.equals(before)) {
      if (latestRow == null) {
        tables.add(row);
      } else {
        tables.put(row);
      }
      stored = true;
      latestRow = row;
    }
  }

  /// Whether its row was stored, as it changed.
  boolean isStored() {
    return stored;
  }

  /// What the folder had before; `null` if it had none.
  @Nullable TopicRow before() {
    return before;
  }

  /// @param reached the offset of the last entry that was read
  private TopicRow row(long reached, long time) {
    return new TopicRow(
        id,
        incoming.kind(),
        incoming.name(),
        before == null ? reached : Math.max(before.head(), reached),
        floor,
        before == null ? incoming.floorTerm() : before.floorTerm(),
        before == null || reached > before.head() ? time : before.time(),
        entries,
        bytes);
  }
}
